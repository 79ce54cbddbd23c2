using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Serving;
using Executor.TestKit;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Hosting;

/// <summary>The bound that docs/store.md states, in the smallest sizes that the options allow.</summary>
public sealed class MemoryBoundTests
{
    private const string Run = "run";
    private const int Writers = 64;
    private const int BlocksPerWriter = 4;

    private static readonly ShuffleStoreOptions Small = new()
    {
        ReceiveBudgetBytes = 24 << 20,
        Engine = new ShuffleEngineOptions
        {
            Ingest = new IngestOptions { WindowBytes = 1 << 20, BudgetBytes = 17 << 20 },
            Serving = new ServingOptions { ReadBytes = 1 << 20, BudgetBytes = 34 << 20 },
        },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_writers_and_readers_stay_within_every_budget_though_the_object_store_stands_still()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var store = await ChannelFixture.StartAsync(ChannelKind.Flight, Token, objects, Small);
        var ingest = store.Host.Engine.Ingestor.Budget;
        var receive = store.Host.Receiving.Budget;
        var read = store.Host.Engine.Reader.Budget;
        objects.CloseGate();
        var payload = SampleData.Numbers(new Random(1), 100_000);
        var writing = Enumerable.Range(0, Writers).Select(i => Task.Run(
            () => SampleData.WriteAsync(store.Channel, SampleData.Writer(Run, i), 1, Enumerable.Repeat((0, payload), BlocksPerWriter), Token), Token)).ToList();

        // All of it is four times what both budgets hold together, so that both run full.
        await Poll.UntilAsync(() => ingest.IsContended && receive.IsContended, TimeSpan.FromMinutes(2), () => "both budgets to run full", Token);
        Assert.DoesNotContain(writing, task => task.IsCompleted);
        objects.OpenGate();
        foreach (var commit in await Task.WhenAll(writing))
        {
            await store.Channel.CommitAsync(commit, Token);
        }

        await store.Records.SealAsync(SampleData.SealOf(Run, 1, new int[Writers]), Token);
        var counts = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(CountAsync, Token)));
        Assert.All(counts, count => Assert.Equal(Writers * BlocksPerWriter, count));

        Assert.InRange(ingest.HighWater, 1, ingest.Capacity);
        Assert.InRange(receive.HighWater, 1, receive.Capacity);
        Assert.InRange(read.HighWater, 1, read.Capacity);

        // A slab is shared by what follows one another in a window, and may be held by the last that lies in it.
        var slab = store.Host.Engine.Slabs.SlabBytes;
        Assert.InRange(store.Host.Engine.Slabs.HeldBytes, slab, ingest.Capacity + read.Capacity + (32 * slab));
        Assert.Equal((0, 0), (ingest.Used, receive.Used));

        async Task<int> CountAsync()
        {
            var count = 0;
            await foreach (var block in store.Channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0), 0), Token))
            {
                count++;
            }

            return count;
        }
    }
}
