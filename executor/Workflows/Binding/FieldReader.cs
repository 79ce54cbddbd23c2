using Executor.Workflows.Errors;
using Executor.Workflows.Yaml;

namespace Executor.Workflows.Binding;

/// <summary>Hands out the fields of one mapping by name, and tells of those that nobody asked for.</summary>
/// <param name="map">The mapping.</param>
/// <param name="self">The same with its path.</param>
/// <param name="diagnostics">Where errors go.</param>
internal sealed class FieldReader(YamlMap map, Field self, DiagnosticList diagnostics)
{
    private readonly List<string> _known = [];
    private readonly HashSet<string> _taken = [];

    /// <summary>Where the mapping begins.</summary>
    public SourceLocation At => self.At;

    /// <summary>True if the field was written, whatever its value.</summary>
    public bool Has(string name) => map.Entries.Any(e => e.Key.Value == name);

    /// <summary>The field, or null if it is absent.</summary>
    public Field? Optional(string name)
    {
        _known.Add(name);
        var entry = map.Entries.FirstOrDefault(e => e.Key.Value == name);
        return entry is null ? null : self.Child(entry.Value, name);
    }

    /// <summary>The field; an error and null if it is absent.</summary>
    public Field? Required(string name, string expected)
    {
        var field = Optional(name);
        if (field is null)
        {
            diagnostics.Add(At with { Path = self.Child(map, name).Path }, $"missing, expected {expected}");
        }

        return field;
    }

    /// <summary>The fields whose names fit a rule, in their order.</summary>
    public IReadOnlyList<(string Name, Field Field)> Fitting(Func<string, bool> fits)
    {
        var fitting = map.Entries.Where(entry => fits(entry.Key.Value)).Select(entry => (entry.Key.Value, self.Child(entry.Value, entry.Key.Value))).ToList();
        _taken.UnionWith(fitting.Select(field => field.Value));
        return fitting;
    }

    /// <summary>An error for each field that was not asked for, with what it may have been meant to be.</summary>
    /// <param name="habits">What to say of names that people bring along from elsewhere.</param>
    public void RefuseOthers(IReadOnlyDictionary<string, string>? habits = null)
    {
        foreach (var (key, value) in map.Entries.Where(e => !_known.Contains(e.Key.Value) && !_taken.Contains(e.Key.Value)))
        {
            var hint = habits?.GetValueOrDefault(key.Value) is { } habit ? $"; {habit}"
                : Spelling.Nearest(key.Value, _known) is { } nearest ? $" (did you mean '{nearest}'?)"
                : $", expected one of {Spelling.List(_known)}";
            diagnostics.Add(self.Child(value, key.Value).At with { Position = key.Position }, $"unknown field{hint}");
        }
    }
}
