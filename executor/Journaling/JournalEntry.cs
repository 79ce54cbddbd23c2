using Executor.Scheduling;

namespace Executor.Journaling;

/// <summary>One entry of a run's journal.</summary>
/// <param name="Sequence">Its number, from zero.</param>
/// <param name="Epoch">The number of the opening entry of the driver that made it; its own for an opening entry.</param>
/// <param name="Nonce">The driver's nonce.</param>
/// <param name="At">When it was made, by the driver's clock.</param>
/// <param name="Decisions">What it says; nothing for an opening entry.</param>
internal sealed record JournalEntry(long Sequence, long Epoch, string Nonce, DateTimeOffset At, IReadOnlyList<Decision> Decisions)
{
    /// <summary>True if a driver took over with it.</summary>
    public bool IsOpening => Epoch == Sequence;
}
