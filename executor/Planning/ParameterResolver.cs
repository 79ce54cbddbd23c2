using System.Text;
using Executor.Workflows.Binding;
using Executor.Workflows.Errors;
using Executor.Workflows.Model;
using Executor.Workflows.Values;

namespace Executor.Planning;

/// <summary>Gives every parameter of a workflow its value.</summary>
internal sealed class ParameterResolver
{
    /// <summary>What a placeholder for a parameter begins with.</summary>
    public const string Prefix = "parameters.";

    /// <summary>The most bytes that all values may have together: they travel in one environment variable.</summary>
    private const int MaxTotalBytes = 64 * 1024;

    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    private ParameterResolver()
    {
    }

    /// <summary>The values; those of required parameters that were not given are missing.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>The required parameters without a value.</summary>
    public IReadOnlyList<ParameterSpec> Missing { get; private init; } = [];

    /// <summary>Puts the given values over the defaults; an unknown name is an error.</summary>
    public static ParameterResolver Resolve(Workflow workflow, IReadOnlyDictionary<string, string> given, DiagnosticList diagnostics)
    {
        var known = workflow.Parameters.Select(p => p.Name.Value).ToHashSet();
        foreach (var name in given.Keys.Where(n => !known.Contains(n)))
        {
            diagnostics.AddForArgument($"--parameter {name}", $"the workflow has no such parameter{Spelling.Hint(name, known)}");
        }

        foreach (var (name, value) in given)
        {
            if (Encoding.UTF8.GetByteCount(value) is > Limits.ItemBytes and var bytes)
            {
                diagnostics.AddForArgument($"--parameter {name}", $"found a value of {bytes} bytes, expected at most {Limits.ItemBytes}");
            }
        }

        var missing = workflow.Parameters.Where(p => p.Default is null && !given.ContainsKey(p.Name.Value));
        var resolver = new ParameterResolver { Missing = [.. missing] };
        foreach (var parameter in workflow.Parameters)
        {
            if (given.GetValueOrDefault(parameter.Name.Value, parameter.Default!) is { } value)
            {
                resolver._values[parameter.Name.Value] = value;
            }
        }

        if (resolver._values.Sum(p => Encoding.UTF8.GetByteCount(p.Value)) is > MaxTotalBytes and var total)
        {
            diagnostics.Add(
                workflow.Parameters[0].Name.At with { Path = "spec.parameters" },
                $"the values have {total} bytes together, expected at most {MaxTotalBytes}");
        }

        return resolver;
    }

    /// <summary>An error for each required parameter without a value.</summary>
    public void RequireAll(DiagnosticList diagnostics)
    {
        foreach (var (name, _, _) in Missing)
        {
            diagnostics.Add(name.At, $"required and not given, expected --parameter {name.Value}=VALUE");
        }
    }

    /// <summary>A text with its parameters put in; null where one of them has no value.</summary>
    public string? Expand(Template template) => template.Expand(ValueOf);

    /// <summary>A template with its parameters put in, those without a value and other placeholders left.</summary>
    public Template ExpandKnown(Template template) => template.ExpandKnown(ValueOf);

    private string? ValueOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) ? _values.GetValueOrDefault(name[Prefix.Length..]) : null;
}
