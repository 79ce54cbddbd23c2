namespace Executor.Shuffle.Channel.Flight;

/// <summary>The ways to the store that are known at a time.</summary>
/// <param name="Pods">The pods themselves.</param>
/// <param name="AnyPod">What leads to any of them, for when none of them is of use.</param>
internal sealed record PodSet(StorePod[] Pods, StorePod[] AnyPod)
{
    /// <summary>
    /// The one to ask for something: of those that were not tried, the heaviest pod that is not set aside, then what leads to any pod, then what has been
    /// set aside the longest. Null if all were tried.
    /// </summary>
    internal StorePod? Choose(uint key, List<StorePod> tried) =>
        Heaviest(Pods, key, tried) ?? Heaviest(AnyPod, key, tried) ?? FirstBack(tried);

    /// <summary>True if there is one that was not tried.</summary>
    internal bool HasOther(List<StorePod> tried) => Array.Exists(Pods, pod => !tried.Contains(pod)) || Array.Exists(AnyPod, pod => !tried.Contains(pod));

    private static StorePod? Heaviest(StorePod[] pods, uint key, List<StorePod> tried)
    {
        StorePod? best = null;
        foreach (var pod in pods)
        {
            if (!tried.Contains(pod) && pod.AsideUntil == 0 && (best is null || pod.WeightFor(key) > best.WeightFor(key)))
            {
                best = pod;
            }
        }

        return best;
    }

    private StorePod? FirstBack(List<StorePod> tried)
    {
        StorePod? best = null;
        foreach (var pods in (StorePod[][])[Pods, AnyPod])
        {
            foreach (var pod in pods)
            {
                if (!tried.Contains(pod) && (best is null || pod.AsideUntil < best.AsideUntil))
                {
                    best = pod;
                }
            }
        }

        return best;
    }
}
