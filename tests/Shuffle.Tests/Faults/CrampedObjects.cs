using System.Buffers;
using Executor.Shuffle.Engine.Objects;
using Executor.TestKit;

namespace Shuffle.Tests.Faults;

/// <summary>Objects on a small file system, which is given room when some writes have found it full.</summary>
internal sealed class CrampedObjects(IObjectStore inner, SmallFileSystem room) : IObjectStore
{
    /// <summary>Room for all of a round.</summary>
    internal const string Enough = "size=256m";

    private const int FullWrites = 3;

    private int _found;

    public Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        WriteAsync(() => inner.TryCreateAsync(key, content, cancellationToken));

    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) => WriteAsync(async () =>
    {
        await inner.PutAsync(key, content, cancellationToken);
        return true;
    });

    public Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
        inner.GetAsync(key, range, destination, cancellationToken);

    public Task<ObjectRead?> ScatterAsync(string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken) =>
        inner.ScatterAsync(key, range, destination, cancellationToken);

    public IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => inner.DeleteAsync(key, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<T> WriteAsync<T>(Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (ObjectStoreException failure) when (failure.Error == ObjectStoreError.Full)
        {
            if (Interlocked.Increment(ref _found) == FullWrites)
            {
                await room.ResizeAsync(Enough);
            }

            throw;
        }
    }
}
