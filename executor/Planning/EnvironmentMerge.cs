using System.Text.Json;
using Executor.Workflows.Model;

namespace Executor.Planning;

/// <summary>
/// Lays a task's environment over the defaults', variable by variable: those with a value, and those whose value comes from the cluster
/// (<c>env</c> among the fields of the pod). A variable of the task takes the place of one of the same name of either kind.
/// </summary>
internal static class EnvironmentMerge
{
    private const string Field = "env";

    /// <summary>The variables with a value.</summary>
    public static SortedDictionary<string, string> Values(TaskSettings own, TaskSettings defaults)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var fromCluster = FromCluster(own).Select(NameOf).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in defaults.Environment.Where(variable => !fromCluster.Contains(variable.Key)).Concat(own.Environment))
        {
            merged[name] = value.Value.Text;
        }

        return merged;
    }

    /// <summary>The fields of the pod; but for <c>env</c> each of the task's takes the place of the default's as a whole.</summary>
    public static SortedDictionary<string, JsonElement> PodFields(TaskSettings own, TaskSettings defaults)
    {
        var merged = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, value) in defaults.PodFields.Concat(own.PodFields))
        {
            merged[name] = value;
        }

        var owned = FromCluster(own).Select(NameOf).Concat(own.Environment.Keys).ToHashSet(StringComparer.Ordinal);
        var variables = FromCluster(defaults).Where(variable => !owned.Contains(NameOf(variable))).Concat(FromCluster(own)).ToList();
        merged.Remove(Field);
        if (variables.Count > 0)
        {
            merged[Field] = JsonSerializer.SerializeToElement(variables, ResolvedWorkflowJson.Default.ListJsonElement);
        }

        return merged;
    }

    private static List<JsonElement> FromCluster(TaskSettings settings) =>
        settings.PodFields.TryGetValue(Field, out var list) ? [.. list.EnumerateArray()] : [];

    private static string NameOf(JsonElement variable) => variable.GetProperty("name").GetString()!;
}
