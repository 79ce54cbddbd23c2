using System.Buffers;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Serving;

namespace Shuffle.Tests.Serving;

public sealed class MergedReadsTests : IAsyncDisposable
{
    private const string Key = "object";
    private const int Length = 10_000;

    private static readonly ServingOptions OneAtATime = new() { ReadsAtATime = 1, MergedBytes = 4000, GapBytes = 16 };

    private readonly GatedObjects _objects = new();
    private readonly byte[] _content = new byte[Length];

    public MergedReadsTests() => new Random(1).NextBytes(_content);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _objects.DisposeAsync();

    [Fact]
    public async Task Ranges_that_wait_and_lie_behind_one_another_become_one_request()
    {
        var (reads, first, request) = await BusyAsync(5000, 100);

        // Asked for in any order; a gap of up to 16 bytes lies between two.
        var waiting = new[] { Read(reads, 1000, 500), Read(reads, 2016, 100), Read(reads, 500, 500), Read(reads, 1500, 500) };
        request.Release();
        (await _objects.NextAsync(Token)).Release();

        await Task.WhenAll(waiting.Append(first));
        Assert.Equal([(Key, 5000, 100), (Key, 500, 1616)], _objects.Requests);
    }

    [Fact]
    public async Task A_range_that_is_alone_waits_for_no_other()
    {
        var reads = await StartAsync(OneAtATime);
        foreach (var offset in (int[])[0, 100, 200])
        {
            var read = Read(reads, offset, 100);
            (await _objects.NextAsync(Token)).Release();
            await read;
        }

        Assert.Equal([(Key, 0, 100), (Key, 100, 100), (Key, 200, 100)], _objects.Requests);
    }

    [Fact]
    public async Task What_overlaps_lies_too_far_away_would_be_too_long_or_is_of_another_object_is_read_by_itself()
    {
        var (reads, first, request) = await BusyAsync(9999, 1);
        Task[] waiting = [first, Read(reads, 1000, 1000), Read(reads, 1500, 100), Read(reads, 2017, 1), Read(reads, 0, 990), Read(reads, 2000, 3001), reads.ReadAsync("none", 2000, 1, [new byte[1]], Token)];
        request.Release();
        for (var i = 0; i < 5; i++)
        {
            (await _objects.NextAsync(Token)).Release();
        }

        await Task.WhenAll(waiting);
        Assert.Equal([(Key, 9999, 1), (Key, 0, 2000), (Key, 1500, 100), (Key, 2017, 1), (Key, 2000, 3001), ("none", 2000, 1)], _objects.Requests);
    }

    [Fact]
    public async Task Each_is_told_how_much_of_its_own_there_was_where_the_object_ends_early()
    {
        var (reads, first, request) = await BusyAsync(0, 1);
        int[] counts = [100, 100, 100];
        var waiting = counts.Select((count, i) => reads.ReadAsync(Key, Length - 150 + (100 * i), count, [new byte[count]], Token)).ToArray();
        request.Release();
        (await _objects.NextAsync(Token)).Release();

        await first;
        var told = await Task.WhenAll(waiting);
        Assert.Equal((100, 50, 0), (told[0], told[1], told[2]));
    }

    [Fact]
    public async Task A_request_that_fails_fails_for_all_whom_it_serves_and_the_next_ones_go_on()
    {
        var (reads, first, request) = await BusyAsync(0, 1);
        Task[] failing = [Read(reads, 100, 100), Read(reads, 200, 100)];
        var later = Read(reads, 5000, 10);
        request.Release();
        (await _objects.NextAsync(Token)).Fail(new ObjectStoreException(ObjectStoreError.Unavailable, "the server is away"));
        (await _objects.NextAsync(Token)).Release();

        await Task.WhenAll(first, later);
        foreach (var read in failing)
        {
            Assert.Equal("the server is away", (await Assert.ThrowsAsync<ObjectStoreException>(() => read)).Message);
        }
    }

    [Fact]
    public async Task A_reader_that_gives_up_while_it_waits_is_not_read_for()
    {
        using var giving = new CancellationTokenSource();
        var (reads, first, request) = await BusyAsync(0, 1);
        var given = reads.ReadAsync(Key, 100, 100, [new byte[100]], giving.Token);
        var kept = Read(reads, 200, 100);
        await giving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        request.Release();
        (await _objects.NextAsync(Token)).Release();

        await Task.WhenAll(first, kept);
        Assert.Equal((Key, 200, 100), _objects.Requests[^1]);
    }

    [Fact]
    public async Task A_reader_that_gives_up_its_part_of_a_request_takes_nothing_from_the_others()
    {
        using var giving = new CancellationTokenSource();
        var (reads, first, request) = await BusyAsync(0, 1);
        var given = reads.ReadAsync(Key, 100, 100, [new byte[100]], giving.Token);
        var kept = Read(reads, 200, 100);
        request.Release();
        var shared = await _objects.NextAsync(Token);
        await giving.CancelAsync();
        Assert.False(given.IsCompleted, "the request still writes to what it was given");
        shared.Release();

        await Task.WhenAll(first, kept, given);
    }

    [Fact]
    public async Task A_request_that_nobody_waits_for_any_longer_is_ended()
    {
        using var giving = new CancellationTokenSource();
        var (reads, first, request) = await BusyAsync(0, 1);
        Task[] given = [reads.ReadAsync(Key, 100, 100, [new byte[100]], giving.Token), reads.ReadAsync(Key, 200, 100, [new byte[100]], giving.Token)];
        request.Release();
        await _objects.NextAsync(Token);
        await giving.CancelAsync();
        foreach (var read in given)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        }

        // Its place is free again.
        var later = Read(reads, 300, 100);
        (await _objects.NextAsync(Token)).Release();
        await Task.WhenAll(first, later);
    }

    [Fact]
    public async Task Readers_that_come_and_go_at_random_get_their_own_bytes_and_nothing_stays_behind()
    {
        var seed = Random.Shared.Next(1_000_000);
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var reads = await StartAsync(OneAtATime with { ReadsAtATime = 3 });
        _objects.IsOpen = true;
        await Parallel.ForEachAsync(Enumerable.Range(0, 16), Token, async (reader, token) =>
        {
            var random = new Random(seed + reader);
            for (var i = 0; i < 500; i++)
            {
                var offset = random.Next(Length);
                using var giving = CancellationTokenSource.CreateLinkedTokenSource(token);
                var read = Read(reads, offset, Math.Min(1 + random.Next(600), Length - offset), giving.Token);
                if (random.Next(4) == 0)
                {
                    await giving.CancelAsync();
                }

                await read.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                Assert.True(read.IsCanceled || read.IsCompletedSuccessfully, $"{read.Exception}");
            }
        });
        Assert.InRange(_objects.MostAtATime, 1, 3);
        Assert.Equal(0, _objects.AtATime);
    }

    /// <summary>Reads one at a time, of which one is under way, so that all others wait.</summary>
    private async Task<(MergedReads Reads, Task First, GatedRequest Request)> BusyAsync(int offset, int count)
    {
        var reads = await StartAsync(OneAtATime);
        var first = Read(reads, offset, count);
        return (reads, first, await _objects.NextAsync(Token));
    }

    private async Task<MergedReads> StartAsync(ServingOptions options)
    {
        await _objects.Inner.PutAsync(Key, new ReadOnlySequence<byte>(_content), Token);
        return new MergedReads(_objects, options);
    }

    /// <summary>Reads into two pieces that are longer than what is wanted, and checks what came.</summary>
    private async Task Read(MergedReads reads, int offset, int count, CancellationToken? cancellationToken = null)
    {
        var (one, other) = (new byte[(count / 3) + 1], new byte[count]);
        Assert.Equal(count, await reads.ReadAsync(Key, offset, count, [one, other], cancellationToken ?? Token));
        Assert.Equal(_content[offset..(offset + count)], one.Concat(other).Take(count).ToArray());
        Assert.All(one.Concat(other).Skip(count), rest => Assert.Equal(0, rest));
    }

    /// <summary>Objects whose reads wait until they are let go.</summary>
    private sealed class GatedObjects : IObjectStore
    {
        private readonly System.Threading.Channels.Channel<GatedRequest> _next = System.Threading.Channels.Channel.CreateUnbounded<GatedRequest>();
        private readonly Lock _lock = new();
        private readonly List<(string, int, int)> _requests = [];
        private int _atATime;

        internal MemoryObjectStore Inner { get; } = new();

        internal bool IsOpen { get; set; }

        internal int AtATime => Volatile.Read(ref _atATime);

        internal int MostAtATime { get; private set; }

        internal IReadOnlyList<(string Key, int Offset, int Count)> Requests => _requests;

        internal async Task<GatedRequest> NextAsync(CancellationToken cancellationToken) => await _next.Reader.ReadAsync(cancellationToken);

        public async Task<ObjectRead?> ScatterAsync(string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                _requests.Add((key, (int)range.Offset!, range.Length));
                MostAtATime = Math.Max(MostAtATime, ++_atATime);
            }

            try
            {
                var request = new GatedRequest();
                _next.Writer.TryWrite(request);
                if (!IsOpen)
                {
                    await request.Gate.WaitAsync(cancellationToken);
                }

                await Task.Yield();
                return await ((IObjectStore)Inner).ScatterAsync(key, range, destination, cancellationToken);
            }
            finally
            {
                lock (_lock)
                {
                    _atATime--;
                }
            }
        }

        public Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
            ScatterAsync(key, range, [destination], cancellationToken);

        public Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) => Inner.TryCreateAsync(key, content, cancellationToken);

        public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) => Inner.PutAsync(key, content, cancellationToken);

        public IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, CancellationToken cancellationToken) => Inner.ListAsync(prefix, cancellationToken);

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => Inner.DeleteAsync(key, cancellationToken);

        public ValueTask DisposeAsync() => Inner.DisposeAsync();
    }

    private sealed class GatedRequest
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Gate => _gate.Task;

        internal void Release() => _gate.SetResult();

        internal void Fail(Exception exception) => _gate.SetException(exception);
    }
}
