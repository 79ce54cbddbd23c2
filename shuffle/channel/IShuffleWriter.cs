namespace Executor.Shuffle.Channel;

/// <summary>
/// Writes the blocks of one output of one incarnation. For one caller at a time. What the store has not acknowledged as durable stays with
/// the writer (at most its credit, 16 MiB by default) and is sent again after a broken connection, to any store pod.
/// </summary>
public interface IShuffleWriter : IAsyncDisposable
{
    /// <summary>
    /// Takes a block; its sequence must be one more than the last one's, from zero. Returns once the block fits the credit, not once it is
    /// durable. The payload is copied where it must outlive the call.
    /// </summary>
    ValueTask WriteAsync(ShuffleBlock block, CancellationToken cancellationToken);

    /// <summary>Returns once every block is durable, with the names of the segments that hold them, without duplicates.</summary>
    Task<IReadOnlyList<string>> CompleteAsync(CancellationToken cancellationToken);
}
