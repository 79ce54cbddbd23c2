using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Executor.Sdk;

/// <summary>The inputs or outputs of a task: in declared order, and by name. Immutable.</summary>
/// <typeparam name="T">What is named.</typeparam>
public sealed class NamedCollection<T> : IReadOnlyList<T>
{
    private readonly T[] _items;
    private readonly string _kind;
    private readonly Func<T, string> _nameOf;

    internal NamedCollection(string kind, IEnumerable<T> items, Func<T, string> nameOf)
    {
        _kind = kind;
        _items = [.. items];
        _nameOf = nameOf;
    }

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <summary>The one of that name, compared letter by letter.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists what there is.</exception>
    public T this[string name] => TryGet(name, out var item)
        ? item
        : throw new KeyNotFoundException(_items.Length == 0
            ? $"there is no {_kind} '{name}': the task has no {_kind}s"
            : $"there is no {_kind} '{name}'; the task has {string.Join(", ", _items.Select(known => $"'{_nameOf(known)}'"))}");

    internal T First => _items.Length > 0
        ? _items[0]
        : throw new InvalidOperationException($"the task has no {_kind}s; the workflow file declares none");

    /// <summary>Looks for the one of that name.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out T item)
    {
        foreach (var candidate in _items)
        {
            if (_nameOf(candidate) == name)
            {
                item = candidate;
                return true;
            }
        }

        item = default;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
