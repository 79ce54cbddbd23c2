using Executor.Kubernetes.Models;
using Executor.Sizing;

namespace Executor.Cluster.TaskClasses;

/// <summary>What the VPAs of a namespace say of a class. Pure functions.</summary>
internal static class VpaReading
{
    private const string Provided = "RecommendationProvided";

    /// <summary>The VPAs whose target is the class's <see cref="TaskClass"/>, by any version of it.</summary>
    public static IReadOnlyList<VerticalPodAutoscaler> Of(string objectName, IEnumerable<VerticalPodAutoscaler> autoscalers) =>
        [.. autoscalers.Where(vpa => vpa.Spec?.TargetRef is { Kind: TaskClass.KindName } target && target.Name == objectName && IsOfGroup(target.ApiVersion))];

    /// <summary>What they recommend for a container, if exactly one of them says something.</summary>
    /// <param name="objectName">The name of the class's <see cref="TaskClass"/>.</param>
    /// <param name="container">The container of the class's pods.</param>
    /// <param name="autoscalers">All VPAs of the namespace.</param>
    public static ClassRecommendation Recommendation(string objectName, string container, IEnumerable<VerticalPodAutoscaler> autoscalers)
    {
        var found = Of(objectName, autoscalers);
        if (found is not [var vpa])
        {
            return Nothing(found.Count == 0
                ? $"no VPA has TaskClass {objectName} as its target"
                : $"{found.Count} VPAs have TaskClass {objectName} as their target: {string.Join(", ", found.Select(one => one.Metadata.Name))}");
        }

        var name = $"VPA {vpa.Metadata.Name}";
        var condition = vpa.Status?.Conditions?.FirstOrDefault(condition => condition.Type == Provided);
        if (condition?.Status != "True")
        {
            return Nothing($"{name} recommends nothing yet{(string.IsNullOrEmpty(condition?.Message) ? "" : $": {condition.Message}")}");
        }

        var target = vpa.Status?.Recommendation?.ContainerRecommendations?.FirstOrDefault(one => one.ContainerName == container)?.Target;
        var memory = AmountOf(target, "memory") is { } bytes ? (long?)Math.Max(1, Whole(bytes, long.MaxValue)) : null;
        var cpu = AmountOf(target, "cpu") is { } cores ? (int?)Math.Max(1, Whole(cores * 1000, int.MaxValue)) : null;
        return memory is null && cpu is null ? Nothing($"{name} recommends nothing for the container {container}") : new ClassRecommendation(memory, cpu, name);
    }

    private static ClassRecommendation Nothing(string reason) => new(null, null, reason);

    private static bool IsOfGroup(string? apiVersion) => apiVersion?.StartsWith(TaskClass.Group + "/", StringComparison.Ordinal) == true;

    private static decimal? AmountOf(IDictionary<string, ResourceQuantity>? target, string resource) =>
        target?.TryGetValue(resource, out var amount) == true && amount.ToDecimal() is > 0 and var found ? found : null;

    private static long Whole(decimal amount, long most) => amount >= most ? most : (long)Math.Ceiling(amount);
}
