namespace Executor.Planning;

/// <summary>Finds the fields of a plan that only a cluster can honour.</summary>
internal static class ClusterOnlyFields
{
    /// <summary>
    /// One sentence that names the fields and their tasks, to be shown once before a run on a local backend; null where there are none.
    /// </summary>
    public static string? Warning(RunPlan plan)
    {
        var fields = plan.Tasks
            .SelectMany(t => t.PodFields.Keys.Select(field => (Field: field == "env" ? "env.valueFrom" : field, Task: t.Name)))
            .Concat(plan.Tasks.SelectMany(t => t.OtherResources.Keys.Select(resource => (Field: $"resources.{resource}", Task: t.Name))))
            .GroupBy(f => f.Field, f => f.Task)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key} ({string.Join(", ", g)})")
            .ToList();
        return fields.Count == 0 ? null : $"without a cluster these fields have no effect: {string.Join(", ", fields)}";
    }
}
