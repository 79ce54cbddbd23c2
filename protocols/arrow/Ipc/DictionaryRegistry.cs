using Executor.Arrow.Compute;

namespace Executor.Arrow.Ipc;

/// <summary>The dictionaries of a stream as they stand after the messages so far.</summary>
internal sealed class DictionaryRegistry
{
    private readonly Dictionary<long, FieldLayout> _layouts = [];
    private readonly Dictionary<long, ArrayData> _values = [];

    public DictionaryRegistry(IEnumerable<FieldLayout> layouts)
    {
        foreach (var layout in layouts)
        {
            Register(layout);
        }
    }

    /// <summary>The layout of the values of a dictionary.</summary>
    public FieldLayout LayoutOf(long id) => _layouts.TryGetValue(id, out var layout)
        ? layout
        : throw new InvalidDataException($"a dictionary batch has the id {id}, which no field of the schema has");

    /// <summary>The values of a dictionary.</summary>
    public ArrayData Find(long id, string path) => _values.TryGetValue(id, out var values)
        ? values
        : throw new InvalidDataException($"column '{path}': its dictionary, id {id}, has not been sent");

    /// <summary>Replaces a dictionary's values, or appends to them.</summary>
    public void Update(long id, ArrayData values, bool isDelta)
    {
        if (isDelta && _values.TryGetValue(id, out var existing))
        {
            try
            {
                values = ArrowArrayConcatenator.Concatenate([existing, values]);
            }
            catch (OverflowException e)
            {
                throw new InvalidDataException($"the dictionary with the id {id} grows too long: {e.Message}", e);
            }
        }

        _values[id] = values;
    }

    private void Register(FieldLayout layout)
    {
        if (layout.DictionaryId is { } id)
        {
            if (_layouts.TryGetValue(id, out var known) && !known.Type.Equals(layout.Values!.Type))
            {
                throw new InvalidDataException(
                    $"the fields '{known.Path}' and '{layout.Path}' share the dictionary id {id}, "
                    + $"with values of {known.Type} and {layout.Values.Type}");
            }

            _layouts.TryAdd(id, layout.Values!);
        }

        foreach (var child in layout.Values?.Children ?? layout.Children)
        {
            Register(child);
        }
    }
}
