using System.Buffers;
using System.Runtime.CompilerServices;
using Executor.Shuffle.Engine.Objects;

namespace Executor.Tests.Exploration;

/// <summary>
/// The object store of one operation in a world. The real stores' code runs over it; what it has made of the map is read from
/// <see cref="Map"/> afterwards, also if the operation was cut off in its middle.
/// </summary>
/// <param name="map">The map before.</param>
/// <param name="cutAfter">The caller dies, or loses its connection, after so many writes; never if negative.</param>
/// <param name="overwrites">True breaks the rule that a commit needs a free key.</param>
/// <param name="givesUpAfter">The caller gives the write up that follows so many; none if negative.</param>
/// <param name="hidden">The key of an object that listings do not show, as if they were older than it; none if null.</param>
internal sealed class WorldObjects(ObjectMap map, int cutAfter = -1, bool overwrites = false, int givesUpAfter = -1, string? hidden = null) : IObjectStore
{
    private int _writes;

    public ObjectMap Map { get; private set; } = map;

    /// <summary>The write that was given up.</summary>
    public LateWrite? GivenUp { get; private set; }

    public Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        CutIfDue();
        var free = !Map.Contains(key);
        var replaces = overwrites && key.Contains("/commits/", StringComparison.Ordinal);
        if (free && _writes == givesUpAfter)
        {
            GivenUp = new LateWrite(key, content.ToArray());
            throw new ObjectStoreException(ObjectStoreError.Unavailable, "no answer in time");
        }

        if (free || replaces)
        {
            Map = Map.With(key, content.ToArray());
            _writes++;
        }

        return Task.FromResult(free || replaces);
    }

    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"nothing in the protocol replaces an object, but {key} is put");

    public Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        CutIfDue();
        if (!Map.Objects.TryGetValue(key, out var content))
        {
            return Task.FromResult<ObjectRead?>(null);
        }

        var (offset, count) = range.Within(content.Length);
        content.AsMemory((int)offset, count).CopyTo(destination);
        return Task.FromResult<ObjectRead?>(new ObjectRead(count, content.Length));
    }

    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CutIfDue();
        foreach (var (key, content) in Map.Objects)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal) && key != hidden)
            {
                yield return new ObjectEntry(key, content.Length);
            }
        }

        await Task.CompletedTask;
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"nothing in the protocol deletes an object, but {key} is deleted");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void CutIfDue()
    {
        if (cutAfter >= 0 && _writes >= cutAfter)
        {
            throw new ObjectStoreException(ObjectStoreError.Unavailable, "cut off");
        }
    }
}
