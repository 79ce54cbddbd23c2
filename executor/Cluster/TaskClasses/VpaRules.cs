namespace Executor.Cluster.TaskClasses;

/// <summary>
/// Which pods a VPA looks at and which it changes, by the rules of its recommender and of its admission controller. Pure functions: what the rules look up is
/// given to them.
/// </summary>
internal static class VpaRules
{
    private static readonly HashSet<string> WellKnown = new(StringComparer.Ordinal)
    {
        "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet", "ReplicationController", "Job", "CronJob",
    };

    /// <summary>
    /// The topmost of a controller and the controllers of it that is well known or has <c>/scale</c>. Those between that are neither are passed over only as far as
    /// the recommender sees who controls them: of anything but a well-known kind it asks <c>/scale</c>.
    /// </summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="find">What is known of a controller; null if it is not there.</param>
    /// <returns>Null if there is none, or a well-known one is missing, or they control each other in a circle.</returns>
    public static ControllerKey? Topmost(ControllerKey start, Func<ControllerKey, ControllerFacts?> find)
    {
        ArgumentNullException.ThrowIfNull(find);
        ControllerKey? topmost = null;
        var visited = new HashSet<ControllerKey>();
        ControllerKey? next = start;
        while (next is { } key)
        {
            if (!visited.Add(key))
            {
                return null;
            }

            var facts = find(key);
            var isWellKnown = WellKnown.Contains(key.Kind);
            if (isWellKnown && facts is null)
            {
                return null;
            }

            topmost = isWellKnown || facts is { IsScalable: true } ? key : topmost;
            next = isWellKnown || facts is { IsScalable: true } ? facts?.Controller : null;
        }

        return topmost;
    }

    /// <summary>Why a VPA gives no recommendation for a class's pods, in one clause; null if it does once pods have run.</summary>
    /// <param name="target">What it names.</param>
    /// <param name="find">What is known of a controller; null if it is not there.</param>
    /// <param name="selector">What the target's <c>/scale</c> selects; null where it has none.</param>
    public static string? Complaint(ControllerKey? target, Func<ControllerKey, ControllerFacts?> find, string? selector)
    {
        ArgumentNullException.ThrowIfNull(find);
        if (target is not { } key)
        {
            return "it names no target";
        }

        if (key.Kind is "Job" or "CronJob")
        {
            return $"its target is a {key.Kind}, which selects its own pods and not those of a class";
        }

        if (find(key) is not { } facts)
        {
            return $"its target, {key.Kind} {key.Name}, is not there";
        }

        if (!WellKnown.Contains(key.Kind))
        {
            if (!facts.IsScalable)
            {
                return $"its target, {key.Kind} {key.Name}, has no /scale";
            }

            if (string.IsNullOrEmpty(selector))
            {
                return $"/scale of its target, {key.Kind} {key.Name}, has an empty selector";
            }
        }

        return Topmost(key, find) == key ? null : $"its target, {key.Kind} {key.Name}, is controlled by something else, and the topmost has to be named";
    }

    /// <summary>
    /// Whether a VPA of any mode but <c>Off</c> would change a pod when it is made: only if the topmost of the pod's own controllers is its target.
    /// </summary>
    /// <param name="target">What it names.</param>
    /// <param name="podController">What controls the pod; null for nothing.</param>
    /// <param name="find">What is known of a controller; null if it is not there.</param>
    public static bool Changes(ControllerKey target, ControllerKey? podController, Func<ControllerKey, ControllerFacts?> find) =>
        podController is { } controller && Topmost(controller, find) == target;
}

/// <summary>A controller, in the namespace that is looked at.</summary>
/// <param name="ApiVersion">Its group and version.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct ControllerKey(string ApiVersion, string Kind, string Name);

/// <summary>What there is to know of a controller.</summary>
/// <param name="IsScalable">Whether it has <c>/scale</c>, and an answer there.</param>
/// <param name="Controller">What controls it in turn; null for nothing.</param>
internal sealed record ControllerFacts(bool IsScalable, ControllerKey? Controller);
