namespace Executor.Shuffle.Channel;

/// <summary>Requests to an object store, counted as their owner is billed for them: each try, part and page.</summary>
/// <param name="Puts">PUT and POST.</param>
/// <param name="Gets">GET.</param>
/// <param name="Heads">HEAD.</param>
/// <param name="Lists">Pages of listings.</param>
/// <param name="Deletes">DELETE.</param>
/// <param name="BytesWritten">Bytes of the objects that were written.</param>
/// <param name="BytesRead">Bytes that reads returned.</param>
public sealed record RequestCounts(long Puts, long Gets, long Heads, long Lists, long Deletes, long BytesWritten, long BytesRead)
{
    /// <summary>None.</summary>
    public static RequestCounts None { get; } = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>All requests together.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Requests => Puts + Gets + Heads + Lists + Deletes;

    /// <summary>Both together.</summary>
    public RequestCounts Plus(RequestCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new RequestCounts(
            Puts + other.Puts, Gets + other.Gets, Heads + other.Heads, Lists + other.Lists, Deletes + other.Deletes,
            BytesWritten + other.BytesWritten, BytesRead + other.BytesRead);
    }
}

/// <summary>What a run has cost in the object store.</summary>
/// <param name="Requests">
/// The requests that were made for it, by all stores. What a store that the client does not know has counted in the last half minute, or any store before it was
/// killed, may be missing; writes are at least as many as there are objects.
/// </param>
/// <param name="Stored">What it takes now.</param>
public sealed record RunUsage(RequestCounts Requests, RunStatistics Stored);

/// <summary>What a run takes in the object store.</summary>
/// <param name="Segments">Segments.</param>
/// <param name="SegmentBytes">Bytes of the segments.</param>
/// <param name="Records">Records.</param>
/// <param name="RecordBytes">Bytes of the records with their checksums.</param>
public sealed record RunStatistics(long Segments, long SegmentBytes, long Records, long RecordBytes)
{
    /// <summary>All objects.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Objects => Segments + Records;

    /// <summary>Their bytes.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Bytes => SegmentBytes + RecordBytes;
}
