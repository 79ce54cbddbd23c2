using System.Text.RegularExpressions;
using Executor.Workflows.Errors;
using Executor.Workflows.Values;
using Executor.Workflows.Yaml;

namespace Executor.Workflows.Binding;

/// <summary>
/// Binds <c>env</c>, which is a mapping of names to values or a list of <c>{name, value}</c> as in a Kubernetes container.
/// </summary>
internal sealed partial class EnvironmentBinder(ValueReader values, TemplateReader templates)
{
    private const string ReservedPrefix = "EXECUTOR_";

    /// <summary>Binds the variables with a value.</summary>
    /// <param name="field">The field, or null.</param>
    /// <param name="hasItem">True in a task that fans out over items.</param>
    /// <param name="fromCluster">Takes the entries whose value comes from the cluster.</param>
    public SortedDictionary<string, Located<Template>> Bind(Field? field, bool hasItem, List<YamlNode> fromCluster)
    {
        var variables = new SortedDictionary<string, Located<Template>>(StringComparer.Ordinal);
        switch (field?.Node)
        {
            case null:
                break;
            case YamlMap map:
                foreach (var (key, value) in map.Entries)
                {
                    var child = field.Child(value, key.Value);
                    Add(variables, new Located<string>(key.Value, child.At with { Position = key.Position }), child, hasItem);
                }

                break;
            case YamlList:
                BindList(variables, field, hasItem, fromCluster);
                break;
            default:
                values.Mismatch(field, "a mapping of names to values, or a list of {name, value}");
                break;
        }

        return variables;
    }

    private void BindList(SortedDictionary<string, Located<Template>> variables, Field field, bool hasItem, List<YamlNode> fromCluster)
    {
        var seen = new HashSet<string>();
        foreach (var item in values.List(field, "a list", Limits.Variables))
        {
            if (values.Fields(item, "a mapping {name, value}") is not { } fields)
            {
                continue;
            }

            var name = values.NonEmptyText(fields.Required("name", "the variable's name"), "the variable's name");
            if (name is not null && !seen.Add(name.Value))
            {
                values.Diagnostics.Add(name.At, $"found the variable {Quoted.Text(name.Value)} again");
            }

            var valueFrom = fields.Optional("valueFrom");
            var value = valueFrom is null ? fields.Required("value", "the variable's value") : fields.Optional("value");
            fields.RefuseOthers();
            if (valueFrom is null)
            {
                Add(variables, name, value, hasItem);
            }
            else if (value is not null)
            {
                values.Diagnostics.Add(valueFrom.At, "found both 'value' and 'valueFrom', expected one of them");
            }
            else if (values.Fields(valueFrom, "a mapping, as in a Kubernetes container") is not null)
            {
                fromCluster.Add(item.Node);
            }
        }
    }

    private void Add(SortedDictionary<string, Located<Template>> variables, Located<string>? name, Field? value, bool hasItem)
    {
        var template = templates.Instance(value, "text (write \"\" for an empty value)", hasItem, Limits.EnvironmentBytes);
        if (name is null)
        {
            return;
        }

        if (!VariableName().IsMatch(name.Value))
        {
            values.Diagnostics.Add(
                name.At,
                $"found {Quoted.Text(name.Value)}, expected a variable's name of letters, digits, '_', '-' and '.', "
                + "not beginning with a digit");
        }
        else if (name.Value.StartsWith(ReservedPrefix, StringComparison.Ordinal))
        {
            values.Diagnostics.Add(
                name.At,
                $"found {Quoted.Text(name.Value)}, expected a name that does not begin with {ReservedPrefix}, which is Executor's own");
        }
        else if (template is not null)
        {
            variables[name.Value] = template;
        }
    }

    [GeneratedRegex(@"^[A-Za-z_.-][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
