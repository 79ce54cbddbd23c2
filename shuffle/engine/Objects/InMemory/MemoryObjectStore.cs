using System.Buffers;
using System.Runtime.CompilerServices;

namespace Executor.Shuffle.Engine.Objects.InMemory;

/// <summary>Objects in this process's memory: for tests, and for runs whose data may be lost with the process.</summary>
public sealed class MemoryObjectStore : IObjectStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        ObjectKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        var copy = content.ToArray();
        lock (_lock)
        {
            return Task.FromResult(_objects.TryAdd(key, copy) && _keys.Add(key));
        }
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        ObjectKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        var copy = content.ToArray();
        lock (_lock)
        {
            _objects[key] = copy;
            _keys.Add(key);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
        ScatterAsync(key, range, [destination], cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectRead?> ScatterAsync(string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ObjectKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        byte[]? content;
        lock (_lock)
        {
            _objects.TryGetValue(key, out content);
        }

        if (content is null)
        {
            return Task.FromResult<ObjectRead?>(null);
        }

        var (offset, count) = range.Within(content.Length);
        Pieces.Fill(destination, content.AsSpan((int)offset, count));
        return Task.FromResult<ObjectRead?>(new ObjectRead(count, content.Length));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ObjectEntry[] found;
        lock (_lock)
        {
            // Every character of a key is below U+FFFF, so that the view ends behind the last key with the prefix.
            found = [.. _keys.GetViewBetween(prefix, prefix + '\uffff').Select(key => new ObjectEntry(key, _objects[key].Length))];
        }

        foreach (var entry in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_objects.Remove(key))
            {
                _keys.Remove(key);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
