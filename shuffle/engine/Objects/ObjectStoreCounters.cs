namespace Executor.Shuffle.Engine.Objects;

/// <summary>What was asked of an object store so far: the basis of a run's request cost, and of tests and benchmarks that count requests.</summary>
/// <param name="Creates">Conditional creates, lost ones included.</param>
/// <param name="Puts">Unconditional writes.</param>
/// <param name="Gets">Reads, of missing objects too.</param>
/// <param name="Lists">Listings.</param>
/// <param name="Deletes">Deletes.</param>
/// <param name="BytesWritten">Bytes handed to creates and puts.</param>
/// <param name="BytesRead">Bytes that reads returned.</param>
public sealed record ObjectStoreCounters(
    long Creates, long Puts, long Gets, long Lists, long Deletes, long BytesWritten, long BytesRead);
