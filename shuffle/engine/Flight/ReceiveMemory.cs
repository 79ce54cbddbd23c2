using Executor.Grpc;
using Executor.Shuffle.Engine.Buffers;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>
/// The memory of blocks on their way from the network into the window. It is another budget than that of blocks in the window, which who has
/// memory of this one waits for; the window's becomes free without any message, so that nobody waits for each other.
/// </summary>
internal sealed class ReceiveMemory(long capacity) : ReceiveBudget
{
    internal ByteBudget Budget { get; } = new(capacity);

    /// <inheritdoc/>
    public override ValueTask ReserveAsync(int length, CancellationToken cancellationToken) => Budget.ReserveAsync(length, cancellationToken);

    /// <inheritdoc/>
    public override void Release(int length) => Budget.Release(length);
}
