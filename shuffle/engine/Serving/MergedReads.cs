using System.Buffers;
using Executor.Shuffle.Engine.Objects;

namespace Executor.Shuffle.Engine.Serving;

/// <summary>
/// Reads ranges of objects by so many requests at a time. Those that wait meanwhile become one request where they lie behind one another in an object, so that
/// many readers of neighbouring partitions need few requests, and a reader that is alone waits for nobody. First come, first served. Thread-safe.
/// </summary>
/// <param name="objects">Where the objects are.</param>
/// <param name="options">How many requests at a time, and how far they are merged.</param>
internal sealed class MergedReads(IObjectStore objects, ServingOptions options)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Wish> _waiting = [];

    // The waiting ones of each object, ascending by offset.
    private readonly Dictionary<string, List<Wish>> _byObject = new(StringComparer.Ordinal);
    private int _underWay;
    private long _tickets;

    /// <summary>
    /// Reads a range. Where the request serves others too, a cancellation takes effect once it has ended, and ends it if all whom it serves are cancelled: nothing
    /// is written to the destination after this returns.
    /// </summary>
    /// <param name="key">The object.</param>
    /// <param name="offset">The first byte's place.</param>
    /// <param name="count">How many bytes, at least 1.</param>
    /// <param name="destination">Where they go; together at least as long.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How many bytes were read: fewer where the object ends earlier, none where there is no such object.</returns>
    internal async Task<int> ReadAsync(string key, long offset, int count, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken)
    {
        if (options.ReadsAtATime == 0)
        {
            return (await objects.ScatterAsync(key, ObjectRange.From(offset, count), destination, cancellationToken))?.Count ?? 0;
        }

        Wish wish;
        lock (_lock)
        {
            wish = new Wish(key, offset, Pieces.Part(destination, 0, count), count, _tickets++);
            wish.Place = _waiting.AddLast(wish);
            if (!_byObject.TryGetValue(key, out var neighbours))
            {
                _byObject.Add(key, neighbours = []);
            }

            neighbours.Insert(~neighbours.BinarySearch(wish), wish);
        }

        StartWhatMay();
        await using var cancelling = cancellationToken.UnsafeRegister(static (state, token) => ((Action<CancellationToken>)state!)(token), (Action<CancellationToken>)Cancel);
        return await wish.Done.Task;

        void Cancel(CancellationToken token) => Abandon(wish, token);
    }

    private void StartWhatMay()
    {
        while (true)
        {
            SharedRead request;
            lock (_lock)
            {
                if (_underWay == options.ReadsAtATime || _waiting.First is not { } first)
                {
                    return;
                }

                _underWay++;
                request = new SharedRead(Take(first.Value));
            }

            _ = RunAsync(request);
        }
    }

    /// <summary>Under the lock: the wish, and those of its neighbours that wait and may share its request.</summary>
    private List<Wish> Take(Wish first)
    {
        var neighbours = _byObject[first.Key];
        var place = neighbours.BinarySearch(first);
        var taken = new List<Wish> { first };
        var (begin, end) = (first.Offset, first.End);
        for (var i = place + 1; i < neighbours.Count && neighbours[i].Offset - end <= options.GapBytes; i++)
        {
            // What overlaps is read by another request: bytes that come once cannot go to two places.
            if (neighbours[i] is var next && next.Offset >= end && next.End - begin <= options.MergedBytes)
            {
                taken.Add(next);
                end = next.End;
            }
        }

        for (var i = place - 1; i >= 0 && begin - neighbours[i].Offset <= options.MergedBytes; i--)
        {
            if (neighbours[i] is var before && before.End <= begin && begin - before.End <= options.GapBytes && end - before.Offset <= options.MergedBytes)
            {
                taken.Add(before);
                begin = before.Offset;
            }
        }

        foreach (var wish in taken)
        {
            Remove(wish);
        }

        taken.Sort();
        return taken;
    }

    /// <summary>Under the lock.</summary>
    private void Remove(Wish wish)
    {
        _waiting.Remove(wish.Place!);
        wish.Place = null;
        var neighbours = _byObject[wish.Key];
        neighbours.RemoveAt(neighbours.BinarySearch(wish));
        if (neighbours.Count == 0)
        {
            _byObject.Remove(wish.Key);
        }
    }

    private async Task RunAsync(SharedRead request)
    {
        // Not on the stack of whoever's request ended before, or of the one who asks.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var (key, begin) = (request.Wishes[0].Key, request.Wishes[0].Offset);
        var gap = ArrayPool<byte>.Shared.Rent(Math.Max(1, options.GapBytes));
        var read = 0;
        Exception? failure = null;
        try
        {
            var destination = new List<Memory<byte>>();
            var end = begin;
            foreach (var wish in request.Wishes)
            {
                // Nobody wants what lies between two, wherever it goes.
                if (wish.Offset > end)
                {
                    destination.Add(gap.AsMemory(0, (int)(wish.Offset - end)));
                }

                destination.AddRange(wish.Destination);
                end = wish.End;
            }

            read = (await objects.ScatterAsync(key, ObjectRange.From(begin, (int)(end - begin)), destination, request.Ending.Token))?.Count ?? 0;
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        ArrayPool<byte>.Shared.Return(gap);
        lock (_lock)
        {
            _underWay--;
        }

        StartWhatMay();
        foreach (var wish in request.Wishes)
        {
            _ = failure switch
            {
                null => wish.Done.TrySetResult((int)Math.Clamp(begin + read - wish.Offset, 0, wish.Count)),
                OperationCanceledException => wish.Done.TrySetCanceled(CancellationToken.None),
                _ => wish.Done.TrySetException(failure),
            };
        }
    }

    private void Abandon(Wish wish, CancellationToken cancellationToken)
    {
        CancellationTokenSource? ending = null;
        lock (_lock)
        {
            if (wish.Place is not null)
            {
                Remove(wish);
                wish.Done.TrySetCanceled(cancellationToken);
            }
            else if (wish.Request is { } request && ++request.Abandoned == request.Wishes.Count)
            {
                ending = request.Ending;
            }
        }

        ending?.Cancel();
    }

    /// <summary>A range that somebody waits for.</summary>
    private sealed class Wish(string key, long offset, IReadOnlyList<Memory<byte>> destination, int count, long ticket) : IComparable<Wish>
    {
        internal string Key => key;

        internal long Offset => offset;

        internal int Count => count;

        internal long End => offset + count;

        internal IReadOnlyList<Memory<byte>> Destination => destination;

        internal TaskCompletionSource<int> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Where it stands among those that wait; null once it is being read.</summary>
        internal LinkedListNode<Wish>? Place { get; set; }

        internal SharedRead? Request { get; set; }

        public int CompareTo(Wish? other) => (offset, ticket).CompareTo((other!.Offset, other.Ticket));

        private long Ticket => ticket;
    }

    /// <summary>A request that reads what some wait for, in the order of their places.</summary>
    private sealed class SharedRead
    {
        internal SharedRead(List<Wish> wishes)
        {
            Wishes = wishes;
            wishes.ForEach(wish => wish.Request = this);
        }

        internal List<Wish> Wishes { get; }

        /// <summary>Cancelled once nobody waits any longer. It has no timer and no parent, so that nothing is left of it when it is forgotten.</summary>
        internal CancellationTokenSource Ending { get; } = new();

        internal int Abandoned { get; set; }
    }
}
