using System.Buffers;
using System.Security.Cryptography;

namespace Executor.Shuffle.Engine.Objects;

/// <summary>
/// Finds out whether an object store keeps the promises that the commit protocol rests on: one winner of a race of conditional creates, reads
/// that see completed writes, exact ranges, ordered listings. Some servers check and then act, and lose data under a race.
/// </summary>
public static class ObjectStoreProbe
{
    /// <summary>How many creates race.</summary>
    public const int Racers = 32;

    /// <summary>Runs the probe and removes its objects.</summary>
    /// <exception cref="ObjectStoreException">A promise is broken; the message says which.</exception>
    public static async Task RunAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var prefix = $"probe/{Guid.NewGuid():n}/";
        try
        {
            await RaceAsync(store, prefix + "race", cancellationToken);
            await RangesAsync(store, prefix + "ranges", cancellationToken);
            await ListingAsync(store, prefix + "list/", cancellationToken);
        }
        catch
        {
            try
            {
                await RemoveAsync(store, prefix);
            }
            catch (ObjectStoreException)
            {
                // The failure that led here is the one to be told.
            }

            throw;
        }

        await RemoveAsync(store, prefix);
    }

    private static async Task RemoveAsync(IObjectStore store, string prefix)
    {
        await foreach (var entry in store.ListAsync(prefix, CancellationToken.None))
        {
            await store.DeleteAsync(entry.Key, CancellationToken.None);
        }
    }

    private static async Task RaceAsync(IObjectStore store, string key, CancellationToken cancellationToken)
    {
        var values = Enumerable.Range(0, Racers).Select(_ => RandomNumberGenerator.GetBytes(64)).ToArray();
        var won = await Task.WhenAll(values.Select(value => Task.Run(
            () => store.TryCreateAsync(key, new ReadOnlySequence<byte>(value), cancellationToken), cancellationToken)));
        Demand(won.Count(w => w) == 1, $"{won.Count(w => w)} of {Racers} racing conditional creates of one key succeeded, expected exactly 1");

        var read = new byte[64];
        var found = await store.GetAsync(key, ObjectRange.From(0, read.Length), read, cancellationToken);
        Demand(found == new ObjectRead(64, 64), "an object that was just created cannot be read back");
        Demand(read.AsSpan().SequenceEqual(values[Array.IndexOf(won, true)]), "a racing create that was refused left its content");
    }

    private static async Task RangesAsync(IObjectStore store, string key, CancellationToken cancellationToken)
    {
        var content = RandomNumberGenerator.GetBytes(10_000);
        await store.PutAsync(key, new ReadOnlySequence<byte>(content), cancellationToken);
        foreach (var range in (ObjectRange[])[ObjectRange.From(0, 1), ObjectRange.From(777, 5_000), ObjectRange.From(9_990, 64), ObjectRange.Last(64)])
        {
            var buffer = new byte[range.Length];
            var (offset, count) = range.Within(content.Length);
            var found = await store.GetAsync(key, range, buffer, cancellationToken);
            Demand(
                found == new ObjectRead(count, content.Length) && buffer.AsSpan(0, count).SequenceEqual(content.AsSpan((int)offset, count)),
                $"a read of {count} bytes at {offset} of {content.Length} returned something else");
        }

        await store.DeleteAsync(key, cancellationToken);
        Demand(await store.GetAsync(key, ObjectRange.From(0, 1), new byte[1], cancellationToken) is null, "a deleted object can still be read");
    }

    private static async Task ListingAsync(IObjectStore store, string prefix, CancellationToken cancellationToken)
    {
        string[] names = ["b", "a/2", "a/10", "a-", "c.d"];
        foreach (var name in names)
        {
            await store.PutAsync(prefix + name, new ReadOnlySequence<byte>(new byte[1]), cancellationToken);
        }

        var expected = names.Select(name => prefix + name).Order(StringComparer.Ordinal).ToArray();
        var listed = new List<string>();
        await foreach (var entry in store.ListAsync(prefix, cancellationToken))
        {
            listed.Add(entry.Key);
        }

        Demand(listed.SequenceEqual(expected), $"a listing returned [{string.Join(", ", listed)}], expected [{string.Join(", ", expected)}]");
    }

    private static void Demand(bool kept, string broken)
    {
        if (!kept)
        {
            throw new ObjectStoreException(ObjectStoreError.Failed, $"this object store cannot be used: {broken}");
        }
    }
}
