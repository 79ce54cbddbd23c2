using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.TestKit.S3;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Hosting;

/// <summary>Three store processes over one folder or one bucket, of which some are killed or told to end while they are worked with.</summary>
public sealed class SeveralPodsTests
{
    private const string Run = "run-1";
    private const int Pods = 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Backing.Directory)]
    [InlineData(Backing.Bucket)]
    public async Task A_writer_and_a_reader_whose_pod_is_killed_go_on_at_another(Backing backing)
    {
        await using var pods = await StorePods.StartAsync(backing, Pods, Token);
        var payload = SampleData.Numbers(new Random(1), 50_000);
        CommitRecord commit;
        await using (var channel = new FlightShuffleChannel(pods.Options()))
        {
            var killed = -1;
            commit = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 2, Blocks(), Token);
            Assert.Contains(pods.Connected, pod => pod != killed);
            Assert.True((await channel.CommitAsync(commit, Token)).Won);
            await pods.RestartAsync(killed, Token);

            IEnumerable<(int, byte[])> Blocks()
            {
                for (var sequence = 0; sequence < 120; sequence++)
                {
                    if (sequence == 50)
                    {
                        // The only connection so far is the writer's.
                        pods.Kill(killed = pods.Connected.Single());
                    }

                    yield return (sequence % 2, payload);
                }
            }
        }

        await using (var records = new FlightRunRecords(pods.Options()))
        {
            await records.SealAsync(SampleData.SealOf(Run, 2, 0), Token);
        }

        // More than connections and the client hold: the pod is still sending when it is killed.
        await using var reading = new FlightShuffleChannel(pods.Options());
        pods.Connected.Clear();
        var count = 0;
        await foreach (var block in reading.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token))
        {
            Assert.Equal(Crc32C.Of(payload), Crc32C.Of(block.Payload));
            if (++count == 10)
            {
                pods.Kill(pods.Connected.Single());
            }
        }

        Assert.Equal(120, count);
        Assert.Equal(2, pods.Connected.Distinct().Count());
        await VerifyAsync(pods, 1);
    }

    [Theory]
    [InlineData(ProxyFault.ResetBefore)]
    [InlineData(ProxyFault.ResetAfter)]
    public async Task A_commit_whose_pod_is_killed_in_the_middle_is_won_through_another_whether_it_was_made_or_not(ProxyFault fault)
    {
        // Each pod has a way to the bucket of its own, so that the way of a request tells whose it is.
        StorePods? pods = null;
        var proxies = new List<FaultProxy>();
        var killed = 0;
        try
        {
            for (var i = 0; i < Pods; i++)
            {
                var pod = i;
                proxies.Add(await FaultProxy.StartAsync(S3Server.Locate().Endpoint, request =>
                {
                    if (request is not { Method: "PUT", IsConditionalCreate: true } || !request.Target.Contains("/commits/", StringComparison.Ordinal) || Interlocked.Exchange(ref killed, 1) == 1)
                    {
                        return null;
                    }

                    pods!.Kill(pod);
                    return fault;
                }));
            }

            pods = await StorePods.StartAsync(Backing.Bucket, Pods, Token, (pod, _) => proxies[pod].Address);
            await using var channel = new FlightShuffleChannel(pods.Options());
            var commit = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1, 2))], Token);
            var answer = await channel.CommitAsync(commit, Token);
            Assert.Equal(1, killed);
            Assert.True(answer.Won);
            Assert.Equal(commit.Writer, answer.Winner.Writer);
            await VerifyAsync(pods, 1);
        }
        finally
        {
            await (pods?.DisposeAsync() ?? ValueTask.CompletedTask);
            foreach (var proxy in proxies)
            {
                await proxy.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData(Backing.Directory)]
    [InlineData(Backing.Bucket)]
    public async Task Streams_of_a_pod_that_is_told_to_end_go_on_elsewhere_and_it_is_gone_soon(Backing backing)
    {
        await using var pods = await StorePods.StartAsync(backing, Pods, Token);
        var payload = SampleData.Numbers(new Random(2), 50_000);
        await using var channel = new FlightShuffleChannel(pods.Options());
        await using var records = new FlightRunRecords(pods.Options());
        var first = await SampleData.WriteAsync(channel, SampleData.Writer("before", 0), 1, Enumerable.Repeat((0, payload), 100), Token);
        await channel.CommitAsync(first, Token);
        await records.SealAsync(SampleData.SealOf("before", 1, 0), Token);

        var underWay = new List<TaskCompletionSource>();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writing = Enumerable.Range(0, 6).Select(index => Task.Run(() => PutAsync(index, Started()), Token)).ToList();
        var reading = Enumerable.Range(0, 6).Select(_ => Task.Run(() => GetAsync(Started()), Token)).ToList();
        await Task.WhenAll(underWay.Select(started => started.Task)).WaitAsync(TimeSpan.FromMinutes(2), Token);

        // One after the other, as an update does it: all streams are in the middle when the first one ends.
        for (var pod = 0; pod < Pods; pod++)
        {
            var begun = TimeProvider.System.GetTimestamp();

            // By the store's clock it has 7 s, which DrainTests show; here the limit guards against a hang.
            Assert.Equal(0, await pods.TerminateAsync(pod, Token).WaitAsync(TimeSpan.FromMinutes(1), Token));
            TestContext.Current.TestOutputHelper!.WriteLine($"pod {pod} was gone after {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:0.0} s");
            await pods.RestartAsync(pod, Token);
            goOn.TrySetResult();
        }

        foreach (var commit in await Task.WhenAll(writing))
        {
            await channel.CommitAsync(commit, Token);
        }

        Assert.All(await Task.WhenAll(reading), count => Assert.Equal(100, count));
        await VerifyAsync(pods, 6);

        TaskCompletionSource Started()
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            underWay.Add(started);
            return started;
        }

        Task<CommitRecord> PutAsync(int index, TaskCompletionSource started)
        {
            return SampleData.WriteAsync(channel, SampleData.Writer(Run, index), 1, Blocks(), Token);

            async IAsyncEnumerable<(int, byte[])> Blocks()
            {
                for (var sequence = 0; sequence < 60; sequence++)
                {
                    if (sequence == 20)
                    {
                        started.SetResult();
                        await goOn.Task;
                    }

                    yield return (0, payload);
                }
            }
        }

        async Task<int> GetAsync(TaskCompletionSource started)
        {
            var count = 0;
            await foreach (var block in channel.ReadAsync(new ReadSelection(new SealId("before", SampleData.Output, 0)), Token))
            {
                if (++count == 5)
                {
                    started.SetResult();
                    await goOn.Task;
                }
            }

            return count;
        }
    }

    [Theory]
    [InlineData(Backing.Directory)]
    [InlineData(Backing.Bucket)]
    public async Task Pods_that_come_and_go_at_any_time_lose_nothing(Backing backing)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        const int Rounds = 6;
        await using var pods = await StorePods.StartAsync(backing, Pods, Token);
        await using var channel = new FlightShuffleChannel(pods.Options());
        using var work = new SemaphoreSlim(0);
        var isOver = false;
        var instances = 0;
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                while (true)
                {
                    await work.WaitAsync(Token);
                    if (Volatile.Read(ref isOver))
                    {
                        return;
                    }

                    var index = Interlocked.Increment(ref instances) - 1;
                    var commit = await SampleData.WriteAsync(channel, SampleData.Writer(Run, index), 3, BlocksOf(index), Token);
                    Assert.True((await channel.CommitAsync(commit, Token)).Won);
                }
            },
            Token)).ToList();

        // As fast as they start, but one at a time: where all are gone at once nobody can go on.
        var fate = new Random(seed);
        for (var round = 0; round < Rounds && !workers.Exists(worker => worker.IsFaulted); round++)
        {
            work.Release(6);
            var pod = fate.Next(Pods);
            if (fate.Next(2) == 0)
            {
                pods.Kill(pod);
            }
            else
            {
                await pods.TerminateAsync(pod, Token);
            }

            await pods.RestartAsync(pod, Token);
        }

        Volatile.Write(ref isOver, true);
        work.Release(workers.Count);
        await Task.WhenAll(workers);
        await using var records = new FlightRunRecords(pods.Options());
        await records.SealAsync(SampleData.SealOf(Run, 3, new int[instances]), Token);
        var found = new HashSet<(int, int, uint)>();
        await foreach (var block in channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token))
        {
            Assert.True(found.Add((block.Header.Index, block.Header.Sequence, Crc32C.Of(block.Payload))));
        }

        var expected = Enumerable.Range(0, instances).SelectMany(
            index => BlocksOf(index).Select((block, sequence) => (index, sequence, Crc32C.Of(block.Payload))));
        Assert.True(found.SetEquals(expected), $"seed {seed}");
        await VerifyAsync(pods, instances);

        List<(int Partition, byte[] Payload)> BlocksOf(int index)
        {
            var random = new Random(seed + index);
            return [.. Enumerable.Range(0, 10).Select(i => (i % 3, SampleData.Numbers(random, 10_000)))];
        }
    }

    private static async Task VerifyAsync(StorePods pods, int commits)
    {
        await using var records = new FlightRunRecords(pods.Options());
        var report = await records.VerifyAsync(Run, Token);
        Assert.Empty(report.Losses);
        Assert.Equal(commits, report.Commits);
    }
}
