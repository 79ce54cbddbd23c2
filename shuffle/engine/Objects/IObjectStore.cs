using System.Buffers;

namespace Executor.Shuffle.Engine.Objects;

/// <summary>
/// The little that the shuffle store asks of an object store. Thread-safe. Every method throws <see cref="ObjectStoreException"/>, or
/// <see cref="OperationCanceledException"/> when its token is cancelled, and nothing else for what can go wrong outside the process.
/// </summary>
/// <remarks>
/// Keys satisfy <see cref="ObjectKey.IsValid"/>, and no key continues another one at a '/'. A create, put or delete that returned is durable
/// and visible to every later call of any process; one that failed or was cancelled may or may not have happened, as a whole.
/// </remarks>
public interface IObjectStore : IAsyncDisposable
{
    /// <summary>Creates the object unless its key is taken; of many racing callers, in any number of processes, exactly one is told true.</summary>
    Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken);

    /// <summary>Writes the object, in place of any that stands. Readers see the old one or the new one, never a mixture.</summary>
    Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken);

    /// <summary>Reads a part of the object into a buffer that is at least as long as the range.</summary>
    /// <returns>How much was read, which is less than asked for where the object ends earlier; null if there is no such object.</returns>
    Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>
    /// Reads a part of the object into pieces of memory, filled one after the other and together at least as long as the range. Unless a store
    /// has a better way, by one request into memory of its own.
    /// </summary>
    /// <returns>As of <see cref="GetAsync"/>.</returns>
    async Task<ObjectRead?> ScatterAsync(string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (destination is [var only])
        {
            return await GetAsync(key, range, only, cancellationToken);
        }

        var whole = ArrayPool<byte>.Shared.Rent(range.Length);
        try
        {
            var read = await GetAsync(key, range, whole, cancellationToken);
            Pieces.Fill(destination, whole.AsSpan(0, read?.Count ?? 0));
            return read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    /// <summary>The objects whose keys begin with the prefix, ascending by the keys' bytes.</summary>
    IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes the object; one that is not there is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>Tells an observer, one at most, of every request that is made from now on.</summary>
    /// <returns>False, the default, where nothing is told: then each operation counts as one request.</returns>
    bool TryObserve(IRequestObserver observer) => false;
}

/// <summary>An object as a listing shows it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Its size in bytes.</param>
public readonly record struct ObjectEntry(string Key, long Length);

/// <summary>What a read found.</summary>
/// <param name="Count">Bytes that were put into the buffer.</param>
/// <param name="ObjectLength">The size of the whole object in bytes.</param>
public readonly record struct ObjectRead(int Count, long ObjectLength);
