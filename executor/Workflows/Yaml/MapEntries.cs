using Executor.Workflows.Errors;

namespace Executor.Workflows.Yaml;

/// <summary>Gathers the fields of a mapping: names once, and what merge keys bring in behind what is written.</summary>
/// <param name="diagnostics">Where repeated names are told.</param>
internal sealed class MapEntries(DiagnosticList diagnostics)
{
    private readonly List<YamlEntry> _entries = [];
    private readonly Dictionary<string, YamlScalar> _written = [];
    private readonly List<YamlMap> _merged = [];

    /// <summary>Adds a field as it was written.</summary>
    public void Add(YamlScalar key, YamlNode value)
    {
        if (key is { IsPlain: true, Value: "<<" })
        {
            Merge(value);
        }
        else if (_written.TryGetValue(key.Value, out var first))
        {
            diagnostics.Add(
                new SourceLocation(key.Position, ""),
                $"found the field {Quoted.Text(key.Value)} again, it is given in line {first.Position.Line} already");
        }
        else
        {
            _written.Add(key.Value, key);
            _entries.Add(new YamlEntry(key, value));
        }
    }

    /// <summary>The fields: written ones win over merged ones, earlier merged ones over later.</summary>
    public List<YamlEntry> ToList()
    {
        foreach (var entry in _merged.SelectMany(m => m.Entries))
        {
            if (_written.TryAdd(entry.Key.Value, entry.Key))
            {
                _entries.Add(entry);
            }
        }

        return _entries;
    }

    private void Merge(YamlNode value)
    {
        var sources = value is YamlList list ? list.Items : [value];
        foreach (var source in sources)
        {
            _merged.Add(source as YamlMap
                ?? throw new YamlTreeException(source.Position, $"found {source.Describe()} under the merge key '<<', expected a mapping"));
        }
    }
}
