using Executor.Planning;

namespace Executor.Accounting.Advice;

/// <summary>What a run's workflow should ask for instead: the changes that would have saved most. Not thread-safe.</summary>
internal sealed class SizeAdvice
{
    /// <summary>So many changes are told; more would not be read.</summary>
    public const int MaxChanges = 3;

    // What saves less than a hundredth of what the run has cost is not worth anybody's time.
    private const double LeastShare = 0.01;

    // What a person is told without having asked: not of short runs, nor of what is nearly right.
    private const double LeastDollarsUnasked = 0.01;
    private const double LeastShareUnasked = 0.1;
    private readonly Dictionary<string, ClassUse> _byTask = new(StringComparer.Ordinal);
    private readonly List<ClassUse> _classes = [];
    private readonly ResourcePrices _prices;

    /// <summary>Advice on a plan of which nothing has run.</summary>
    public SizeAdvice(RunPlan plan, ResourcePrices prices)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _prices = prices;
        foreach (var group in plan.Tasks.GroupBy(task => task.Class ?? task.Name, StringComparer.Ordinal))
        {
            var use = new ClassUse(group.Key, [.. group]);
            _classes.Add(use);
            foreach (var task in group)
            {
                _byTask[task.Name] = use;
            }
        }
    }

    /// <summary>What the run has cost so far, in dollars.</summary>
    public double Cost { get; private set; }

    /// <summary>Adds an attempt of one of the plan's tasks.</summary>
    public void Add(AccountingRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        Cost += row.Cost ?? 0;
        _byTask[row.Attempt.Task].Add(row);
    }

    /// <summary>At most three changes, the one that saves most first; none where nothing is worth a change.</summary>
    public IReadOnlyList<SizeChange> Changes() =>
    [
        .. _classes.SelectMany(use => use.Changes(_prices))
            .Where(change => change.Dollars >= LeastShare * Cost)
            .OrderByDescending(change => change.Dollars)
            .ThenBy(change => change.Class, StringComparer.Ordinal)
            .ThenBy(change => change.Resource)
            .Take(MaxChanges),
    ];

    /// <summary>The same if together they would have saved at least a cent, and a tenth of what the run has cost; else none.</summary>
    public IReadOnlyList<SizeChange> ChangesWorthTelling()
    {
        var changes = Changes();
        var saved = changes.Sum(change => change.Dollars);
        return saved >= LeastDollarsUnasked && saved >= LeastShareUnasked * Cost ? changes : [];
    }
}
