namespace Executor.Scheduling;

/// <summary>Something to be done outside once the decisions of the same round stand in the journal. All of them may be repeated.</summary>
internal abstract record Effect
{
    /// <summary>False if nothing outside is changed by it, so that it need not wait for the decisions.</summary>
    public virtual bool WaitsForDecisions => true;
}

/// <summary>Start an attempt; answered by one of the scheduler's Launch methods.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="MemoryBytes">The memory that it gets.</param>
internal sealed record StartEffect(AttemptRef Attempt, long MemoryBytes) : Effect
{
    /// <summary>The processors that it gets, in thousandths; null for what its task asks for.</summary>
    public int? CpuMillicores { get; init; }
}

/// <summary>Ask an attempt to end; its end is observed as any other.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Immediately">True to leave it no time for an orderly end.</param>
internal sealed record CancelEffect(AttemptRef Attempt, bool Immediately) : Effect;

/// <summary>Write the seal of an output.</summary>
/// <param name="Task">The task's ordinal.</param>
/// <param name="Output">The output's place among the task's outputs.</param>
/// <param name="Generation">The seal's generation.</param>
/// <param name="Epoch">The epoch in which the seal was decided, so that whoever writes the record writes the same.</param>
internal sealed record SealEffect(int Task, int Output, int Generation, long Epoch) : Effect;

/// <summary>Choose the slices of a task whose partitions are split; answered by one of the scheduler's Slic... methods.</summary>
/// <param name="Task">The task's ordinal.</param>
/// <param name="SealGeneration">The generation of the seal, which stands, of what is split.</param>
internal sealed record SliceEffect(int Task, int SealGeneration) : Effect;

/// <summary>What one step of a driver comes to: decisions to append, then effects to carry out.</summary>
/// <param name="Decisions">In order; they are applied to the scheduler's state already.</param>
/// <param name="Effects">In order; they wait for the decisions to stand.</param>
internal sealed record Round(IReadOnlyList<Decision> Decisions, IReadOnlyList<Effect> Effects);
