using Executor.Grpc;
using Executor.Shuffle.Engine.Buffers;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>
/// The memory of blocks on their way from the network into the window. It is another budget than that of blocks in the window, which who has
/// memory of this one waits for; the window's becomes free without any message, so that nobody waits for each other.
/// </summary>
internal sealed class ReceiveMemory(long capacity)
{
    internal ByteBudget Budget { get; } = new(capacity);

    /// <summary>A run's share of it; that of all callers without a run's key where it is null.</summary>
    internal ReceiveBudget Of(string? run) => new Share(Budget, run ?? "");

    private sealed class Share(ByteBudget budget, string run) : ReceiveBudget
    {
        /// <inheritdoc/>
        public override ValueTask ReserveAsync(int length, CancellationToken cancellationToken) => budget.ReserveAsync(run, length, cancellationToken);

        /// <inheritdoc/>
        public override void Release(int length) => budget.Release(run, length);
    }
}
