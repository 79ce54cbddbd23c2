using Executor.Contracts.Records;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>The names of the store's Flight actions; docs/store.md describes their bodies and results.</summary>
public static class ShuffleActions
{
    /// <summary><see cref="CommitRecord"/> to <see cref="CommitAnswer"/>.</summary>
    public const string Commit = "commit";

    /// <summary><see cref="SealRequest"/> to <see cref="SealRecord"/>.</summary>
    public const string Seal = "seal";

    /// <summary><see cref="SealId"/> to <see cref="SealRecord"/>, or no result.</summary>
    public const string GetSeal = "get-seal";

    /// <summary><see cref="RecordCommand"/> with a value to no result if it was created, else the value that stands.</summary>
    public const string CreateRecord = "create-record";

    /// <summary><see cref="RecordCommand"/> to the value, or no result.</summary>
    public const string GetRecord = "get-record";

    /// <summary><see cref="RecordCommand"/> whose key is a prefix to keys, several to a result, joined by line feeds.</summary>
    public const string ListRecords = "list-records";

    /// <summary>No body, to one <see cref="RunEntry"/> per result.</summary>
    public const string ListRuns = "list-runs";

    /// <summary><see cref="RunCommand"/> to no result.</summary>
    public const string DeleteRun = "delete-run";

    /// <summary><see cref="RunCommand"/> to <see cref="VerifyReport"/>.</summary>
    public const string VerifyRun = "verify-run";

    /// <summary><see cref="RunCommand"/> to <see cref="Channel.RunStatistics"/>.</summary>
    public const string RunStatistics = "run-statistics";

    /// <summary><see cref="RunCommand"/> to <see cref="Channel.RunUsage"/>.</summary>
    public const string RunUsage = "run-usage";

    /// <summary><see cref="RunCommand"/> to no result: the store writes down what it has counted for the run, for another one's <see cref="RunUsage"/>.</summary>
    public const string RecordUsage = "record-usage";

    /// <summary><see cref="RunCommand"/> of a finished run to no result: deletes the segments that no commit names.</summary>
    public const string CollectRun = "collect-run";

    /// <summary>A ticket, expired or not, to a fresh one of the same scope; needs the key.</summary>
    public const string RenewTicket = "renew-ticket";
}

/// <summary>A record, or a prefix of records, on the wire.</summary>
/// <param name="Run">The run.</param>
/// <param name="Key">The record's key or a prefix of keys.</param>
/// <param name="Value">The value to create.</param>
public sealed record RecordCommand(string Run, string Key, ReadOnlyMemory<byte>? Value = null);

/// <summary>A run on the wire.</summary>
/// <param name="Run">The run.</param>
public sealed record RunCommand(string Run);

/// <summary>A DoGet ticket of a caller that shows a key: a selection, and where to go on.</summary>
/// <param name="Selection">What to read.</param>
/// <param name="From">Behind which block to go on; from the beginning if null.</param>
public sealed record ReadCommand(ReadSelection Selection, ReadPosition? From = null);

/// <summary>Where reading may go on: behind a block. Valid for one selection of one seal's generation, in any store pod.</summary>
/// <param name="Partition">The partition of the block.</param>
/// <param name="Segment">Its segment's place in the seal's list.</param>
/// <param name="Offset">The offset in the segment behind it.</param>
public readonly record struct ReadPosition(int Partition, int Segment, long Offset);

/// <summary>What a store says during a put, in PutResult.app_metadata. The first one, with -1, says that the writer is accepted.</summary>
/// <param name="DurableSequence">This block of the stream and all earlier ones are durable; -1 if none is.</param>
/// <param name="Segments">The segments that hold the blocks that became durable since the last one; in the final one all of the stream.</param>
/// <param name="Partitions">In the final one: what the stream put into each partition.</param>
public sealed record PutAcknowledgement(
    int DurableSequence, IReadOnlyList<string> Segments, IReadOnlyList<PartitionStatistics>? Partitions = null);
