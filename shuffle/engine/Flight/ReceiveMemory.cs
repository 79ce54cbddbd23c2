using Executor.Grpc;
using Executor.Shuffle.Engine.Buffers;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>
/// The memory of blocks on their way from the network into the window. It is another budget than that of blocks in the window, which who has
/// memory of this one waits for; the window's becomes free without any message, so that nobody waits for each other. A client that holds memory and does not
/// send what it is for is not waited for without end while others wait for memory.
/// </summary>
internal sealed class ReceiveMemory : IDisposable
{
    private readonly StallGuard _guard;

    /// <summary>Memory of so many bytes.</summary>
    /// <param name="capacity">The budget.</param>
    /// <param name="patience">How long a message may take to come while others wait for memory.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Told of calls that are ended.</param>
    internal ReceiveMemory(long capacity, TimeSpan patience, TimeProvider timeProvider, ILogger logger)
    {
        Budget = new ByteBudget(capacity);
        _guard = new StallGuard(Budget, patience, timeProvider, logger);
    }

    internal ByteBudget Budget { get; }

    /// <summary>A call's share of it, at the expense of a run; at that of all callers without a run's key where it is null.</summary>
    internal ReceiveBudget Of(string? run) => new Share(Budget, _guard, run ?? "");

    /// <inheritdoc/>
    public void Dispose() => _guard.Dispose();

    private sealed class Share(ByteBudget budget, StallGuard guard, string run) : ReceiveBudget
    {
        private StallWatch? _watch;

        /// <inheritdoc/>
        public override CancellationToken Withdrawn => _watch?.Evicted ?? CancellationToken.None;

        /// <inheritdoc/>
        public override async ValueTask ReserveAsync(int length, CancellationToken cancellationToken)
        {
            await budget.ReserveAsync(run, length, cancellationToken);
            _watch = guard.Watch();
            _watch.Begin();
        }

        /// <inheritdoc/>
        public override void Arrived() => _watch?.Dispose();

        /// <inheritdoc/>
        public override void Release(int length)
        {
            _watch?.Dispose();
            budget.Release(run, length);
        }
    }
}
