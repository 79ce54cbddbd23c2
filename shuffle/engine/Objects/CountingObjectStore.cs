using System.Buffers;

namespace Executor.Shuffle.Engine.Objects;

/// <summary>Counts the requests to another object store, which it owns.</summary>
/// <param name="inner">The store that does the work.</param>
public sealed class CountingObjectStore(IObjectStore inner) : IObjectStore
{
    private long _creates;
    private long _puts;
    private long _gets;
    private long _lists;
    private long _deletes;
    private long _bytesWritten;
    private long _bytesRead;

    /// <summary>The counts up to now.</summary>
    public ObjectStoreCounters Counters => new(
        Interlocked.Read(ref _creates), Interlocked.Read(ref _puts), Interlocked.Read(ref _gets), Interlocked.Read(ref _lists),
        Interlocked.Read(ref _deletes), Interlocked.Read(ref _bytesWritten), Interlocked.Read(ref _bytesRead));

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _creates);
        Interlocked.Add(ref _bytesWritten, content.Length);
        return inner.TryCreateAsync(key, content, cancellationToken);
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _puts);
        Interlocked.Add(ref _bytesWritten, content.Length);
        return inner.PutAsync(key, content, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _gets);
        var read = await inner.GetAsync(key, range, destination, cancellationToken);
        Interlocked.Add(ref _bytesRead, read?.Count ?? 0);
        return read;
    }

    /// <inheritdoc/>
    public async Task<ObjectRead?> ScatterAsync(string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _gets);
        var read = await inner.ScatterAsync(key, range, destination, cancellationToken);
        Interlocked.Add(ref _bytesRead, read?.Count ?? 0);
        return read;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lists);
        return inner.ListAsync(prefix, cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _deletes);
        return inner.DeleteAsync(key, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
