using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.TestKit;

namespace Shuffle.Tests.Channels;

/// <summary>What a pod that is told to end does with the streams that it has, and what becomes of them.</summary>
public sealed class DrainTests
{
    private const string Run = "run-1";

    /// <summary>The part of the store's 7 s that it writes in; the timer of the whole is set before this one's.</summary>
    private static readonly TimeSpan TimeForWriting = TimeSpan.FromSeconds(5.25);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_pod_holds_is_acknowledged_before_it_ends_and_not_sent_again()
    {
        await using var objects = new MemoryObjectStore();
        var time = new ManualTime();
        ShuffleStoreHost[] pods = [await StartAsync(objects, time), await StartAsync(objects, time)];
        await using var channel = Connect(pods);

        // By the clock of the pods the window never grows old: it is cut when its pod ends, and not before.
        var (output, totals) = await WriteAsync(channel, 5);
        var first = pods.Single(pod => pod.Engine.Ingestor.OpenStreams == 1);
        var second = pods.Single(pod => pod != first);
        await Poll.UntilAsync(() => first.Engine.Ingestor.Budget.Used >= totals, TimeSpan.FromMinutes(1), () => "the blocks to arrive", Token);
        Assert.Equal(0, first.Counters.Puts);
        await first.DisposeAsync();
        Assert.Equal(1, first.Counters.Puts);

        Assert.Single(await output.CompleteAsync(Token));
        Assert.Equal(0, second.Counters.Puts);
        await output.DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_pod_that_cannot_write_ends_all_the_same_and_its_writers_go_on_elsewhere()
    {
        await using var memory = new MemoryObjectStore();
        var stuck = new FaultyObjectStore(memory);
        var time = new ManualTime();
        ShuffleStoreHost[] pods = [await StartAsync(stuck, time), await StartAsync(new FaultyObjectStore(memory), time)];
        stuck.CloseGate();
        await using var channel = Connect(pods);
        IShuffleWriter output;
        long totals;
        for (var index = 0; ; index++)
        {
            // Ports change, and with them which pod is whose.
            (output, totals) = await WriteAsync(channel, 5, index);
            if (pods[0].Engine.Ingestor.OpenStreams == 1)
            {
                break;
            }

            await output.DisposeAsync();
        }

        await Poll.UntilAsync(() => pods[0].Engine.Ingestor.Budget.Used >= totals, TimeSpan.FromMinutes(1), () => "the blocks to arrive", Token);
        var ending = pods[0].DisposeAsync().AsTask();
        await time.WhenTimerRunsAsync(due => due == TimeForWriting, Token);
        Assert.False(ending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(7));
        await ending;

        Assert.Single(await output.CompleteAsync(Token));
        await output.DisposeAsync();
        await pods[1].DisposeAsync();
        stuck.OpenGate();
    }

    [Fact]
    public async Task A_reader_who_takes_nothing_keeps_a_pod_no_longer_than_the_limit_and_goes_on_elsewhere()
    {
        await using var objects = new MemoryObjectStore();
        var time = new ManualTime();
        ShuffleStoreHost[] pods = [await StartAsync(objects, time), await StartAsync(objects, time)];
        await using var channel = Connect(pods);

        // Much more than connections and clients hold on the way.
        var payload = SampleData.Numbers(new Random(1), 120_000);
        await channel.CommitAsync(await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, Enumerable.Repeat((0, payload), 60), Token), Token);
        await pods[0].Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);
        await using var blocks = channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token).GetAsyncEnumerator(Token);
        Assert.True(await blocks.MoveNextAsync());
        var serving = pods.Single(pod => pod.Engine.Reader.Budget.Used > 0);
        var ending = serving.DisposeAsync().AsTask();
        await time.WhenTimerRunsAsync(due => due == TimeForWriting, Token);
        time.Advance(TimeSpan.FromSeconds(7));
        await ending;
        var count = 1;
        while (await blocks.MoveNextAsync())
        {
            count++;
        }

        Assert.Equal(60, count);
        foreach (var pod in pods)
        {
            await pod.DisposeAsync();
        }
    }

    private static Task<ShuffleStoreHost> StartAsync(IObjectStore objects, TimeProvider time) => ShuffleStoreHost.StartAsync(
        new ShuffleStoreOptions
        {
            ObjectStore = objects,
            MasterKey = new byte[32],
            TimeProvider = time,
        },
        Token);

    private static FlightShuffleChannel Connect(ShuffleStoreHost[] pods) => new(new FlightChannelOptions
    {
        Endpoints = [.. pods.Select(pod => pod.Address)],
        Key = pods[0].OperatorKey,
        FirstDelay = TimeSpan.FromMilliseconds(1),
    });

    private static async Task<(IShuffleWriter Output, long Bytes)> WriteAsync(FlightShuffleChannel channel, int blocks, int index = 0)
    {
        var output = await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer(Run, index), 1), SampleData.Schema(), Token);
        long bytes = 0;
        for (var sequence = 0; sequence < blocks; sequence++)
        {
            var block = SampleData.Block(index, 0, sequence, SampleData.Numbers(new Random(sequence), 1000));
            bytes += block.Header.Length;
            await output.WriteAsync(block, Token);
        }

        return (output, bytes);
    }
}
