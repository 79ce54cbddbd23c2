namespace Executor.Scheduling;

/// <summary>What a driver found outside when it took over. The attempts were listed before the commits.</summary>
internal sealed record RestoredWorld
{
    /// <summary>A world without anything.</summary>
    public static RestoredWorld Empty { get; } = new();

    /// <summary>The attempts that exist.</summary>
    public IReadOnlyCollection<AttemptRef> Existing { get; init; } = [];

    /// <summary>The winners of the commits that stand and that the journal does not tell of.</summary>
    public IReadOnlyCollection<AttemptRef> Commits { get; init; } = [];

    /// <summary>The seals that stand: task, output's place, generation.</summary>
    public IReadOnlySet<(int Task, int Output, int Generation)> Seals { get; init; } = new HashSet<(int, int, int)>();

    /// <summary>The workflow's revision from here on.</summary>
    public int Revision { get; init; }

    /// <summary>How many requests to cancel it the run has had.</summary>
    public int CancelsRequested { get; init; }

    /// <summary>True if a run that had ended, failed or been cancelled is to go on.</summary>
    public bool Resume { get; init; }
}
