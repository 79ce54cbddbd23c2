using Executor.Planning;

namespace Executor.Metrics;

/// <summary>
/// Which class's series a task is counted under. The number of series is bounded whatever the workflow: the plan's first classes have their own, all
/// further ones share <see cref="Other"/>. Immutable.
/// </summary>
internal sealed class ClassLabels
{
    /// <summary>The label of classes beyond the most; no class can be named so.</summary>
    public const string Other = "_other";

    /// <summary>How many classes have series of their own.</summary>
    public const int MaxClasses = 64;

    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);

    /// <summary>The labels of a plan's tasks.</summary>
    public ClassLabels(RunPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in plan.Tasks)
        {
            var name = task.Class ?? task.Name;
            _labels[task.Name] = own.Contains(name) || (own.Count < MaxClasses && own.Add(name)) ? name : Other;
        }

        All = [.. _labels.Values.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Every label that a task has, without repetition.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>The label of a task of the plan.</summary>
    public string Of(string task) => _labels[task];
}
