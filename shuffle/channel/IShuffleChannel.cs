using Executor.Contracts.Records;

namespace Executor.Shuffle.Channel;

/// <summary>
/// The way of a task's data into and out of the shuffle, at the level of its wire: blocks, commits, partitions. Implementations are the
/// store itself in the same process and a store behind Arrow Flight; one conformance suite runs over both. Thread-safe.
/// </summary>
/// <remarks>
/// Every method throws <see cref="ShuffleException"/> with a typed <see cref="ShuffleError"/>, or
/// <see cref="OperationCanceledException"/> when its token is cancelled, and nothing else for what can go wrong outside the process.
/// </remarks>
public interface IShuffleChannel : IAsyncDisposable
{
    /// <summary>
    /// Opens the one writer of an output of an attempt's incarnation. Fails with <see cref="ShuffleError.SchemaMismatch"/> where
    /// instances of the same task definition have agreed on another schema.
    /// </summary>
    /// <param name="target">Whose output it is.</param>
    /// <param name="schema">The encapsulated Arrow IPC schema message.</param>
    /// <param name="cancellationToken">Ends the opening; the writer has none of its own.</param>
    Task<IShuffleWriter> OpenWriterAsync(WriteTarget target, ReadOnlyMemory<byte> schema, CancellationToken cancellationToken);

    /// <summary>
    /// Makes an attempt's data its instance's. The first conditional create of an (instance, generation) wins; the answer tells whose
    /// commit stands. Repeating it is safe and is what a caller does after a lost answer.
    /// </summary>
    Task<CommitAnswer> CommitAsync(CommitRecord commit, CancellationToken cancellationToken);

    /// <summary>The seal of one generation of an output, or null while there is none.</summary>
    Task<SealRecord?> GetSealAsync(SealId seal, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the winners' blocks of a part of a sealed output, each exactly once, verified (checksum of every block, then counts and digest
    /// of the whole). Ends normally only after everything was delivered and verified; anything missing is
    /// <see cref="ShuffleError.DataLoss"/>. Broken connections are resumed inside, where the last block ended.
    /// A block is valid until the next one is asked for. The order of blocks is not specified, but blocks of one writer keep their sequence.
    /// </summary>
    IAsyncEnumerable<ShuffleBlock> ReadAsync(ReadSelection selection, CancellationToken cancellationToken);
}
