using Executor.Contracts.Identity;
using Executor.Contracts.Records;

namespace Executor.Shuffle.Channel;

/// <summary>
/// What the driver of a run keeps in the store: small named values, created once and never changed
/// (<see cref="RecordKeys"/> has the keys, docs/protocol.md who may create which). Thread-safe; fails as <see cref="IShuffleChannel"/> does.
/// </summary>
public interface IRunRecords : IAsyncDisposable
{
    /// <summary>Creates a record unless its key is taken. At most 16 MiB.</summary>
    /// <returns>Null if it was created; else the value that stands.</returns>
    Task<ReadOnlyMemory<byte>?> CreateAsync(string run, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);

    /// <summary>The record's value, or null if there is none.</summary>
    Task<ReadOnlyMemory<byte>?> GetAsync(string run, string key, CancellationToken cancellationToken);

    /// <summary>The keys that begin with a prefix, ascending by their bytes.</summary>
    IAsyncEnumerable<string> ListAsync(string run, string prefix, CancellationToken cancellationToken);

    /// <summary>
    /// Completes an output: gathers the commits of the named generations and writes the seal by a conditional create.
    /// Repeating it is safe. Fails with <see cref="ShuffleError.NotFound"/> if a commit is missing and with
    /// <see cref="ShuffleError.SchemaMismatch"/> if the commits' schemas differ by fields.
    /// </summary>
    Task<SealRecord> SealAsync(SealRequest request, CancellationToken cancellationToken);

    /// <summary>The runs that the store knows, with the time of their first record, in no particular order.</summary>
    IAsyncEnumerable<RunEntry> ListRunsAsync(CancellationToken cancellationToken);

    /// <summary>Deletes everything of a run: records, segments, logs. A run that is not there is no error.</summary>
    Task DeleteRunAsync(string run, CancellationToken cancellationToken);

    /// <summary>Reads every block that a commit of the run names and checks checksums, counts and digests.</summary>
    Task<VerifyReport> VerifyAsync(string run, CancellationToken cancellationToken);

    /// <summary>How many objects and bytes a run takes in the object store.</summary>
    Task<RunStatistics> GetStatisticsAsync(string run, CancellationToken cancellationToken);

    /// <summary>The requests to the object store that were made for a run.</summary>
    Task<RunUsage> GetUsageAsync(string run, CancellationToken cancellationToken);
}

/// <summary>What the driver asks to be sealed.</summary>
/// <param name="Seal">The seal to write.</param>
/// <param name="Epoch">The driver's epoch.</param>
/// <param name="PartitionCount">The output's declared partitions.</param>
/// <param name="Generations">The generation that counts for each instance, in order of index.</param>
public sealed record SealRequest(SealId Seal, long Epoch, int PartitionCount, IReadOnlyList<int> Generations);

/// <summary>A run that the store knows.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Created">When its first record was made, by the store's clock.</param>
public sealed record RunEntry(string Run, DateTimeOffset Created);

/// <summary>The result of reading a run's committed data back.</summary>
/// <param name="Commits">Commits looked at.</param>
/// <param name="Blocks">Blocks found whole.</param>
/// <param name="Bytes">Payload bytes in them.</param>
/// <param name="Losses">What is missing or damaged, a sentence each; empty if all is well.</param>
public sealed record VerifyReport(long Commits, long Blocks, long Bytes, IReadOnlyList<VerifyLoss> Losses);

/// <summary>Committed data that is missing or damaged.</summary>
/// <param name="Instance">Whose it is.</param>
/// <param name="Generation">The generation of the commit.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record VerifyLoss(InstanceId Instance, int Generation, string Reason);
