using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Security;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Faults;

/// <summary>
/// A small world in this process: store pods over one object store, attempts of a task that write and commit, drivers that seal, readers. Things go wrong as
/// the plan says; after that nothing does, and everything must be there.
/// </summary>
internal sealed class StoreRound(RoundPlan plan)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _run = $"round-{plan.Seed}";
    private readonly Misfortunes _misfortunes = new(plan);
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Activities _activities = new();
    private readonly ConcurrentDictionary<WriterId, AttemptData> _written = [];
    private readonly ConcurrentQueue<(CommitRecord Commit, CommitAnswer Answer)> _answers = [];
    private readonly ConcurrentQueue<string> _segments = [];
    private readonly byte[] _masterKey = new byte[StoreKeys.MinMasterKeyBytes];
    private readonly TaskCompletionSource[] _committed =
        [.. Enumerable.Range(0, plan.Instances).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];

    /// <summary>What has happened.</summary>
    internal string Events => $"{string.Join('\n', _misfortunes.Events)}\ncame to: {_misfortunes.Counts}\nnever came to: {string.Join(", ", _misfortunes.Left)}";

    /// <summary>True for the failures that a client is promised while the store or its object store is in trouble, and that pass.</summary>
    internal static bool Passes(ShuffleException failure) => failure.Error is ShuffleError.Unavailable or ShuffleError.ResourceExhausted;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            // The limit holds for what does not look at its token as well.
            await PlayAsync(limit.Token).WaitAsync(Limit + TimeSpan.FromSeconds(5), cancellationToken);
        }
        catch (Exception hung) when (hung is OperationCanceledException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the round has not ended after {Limit.TotalSeconds} s:\n{_activities}", hung);
        }
    }

    private async Task PlayAsync(CancellationToken cancellationToken)
    {
        Phase("begins");
        await using var objects = await RoundObjects.OpenAsync(plan);
        SealRecord seal;
        await using (var pods = await StartAsync(objects, plan))
        {
            var attempts = AttemptsAsync(pods, cancellationToken);
            var sealing = SealAsync(pods, cancellationToken);
            await Task.WhenAll(attempts, sealing);
            seal = await sealing;
            Phase("is sealed");
            await ReadInTroubleAsync(pods, seal, cancellationToken);
            Phase("is read");
            _activities.Set("round", "ends all store pods");
        }

        _activities.Set("round", "waits for late requests");
        await _misfortunes.EndAsync();
        _activities.Set("round", null);

        Phase("goes on with other pods");

        // Other pods over the same objects: what has been acknowledged is there, and nowhere else.
        await using var others = await StartAsync(await objects.CalmAsync(), plan with { Skews = plan.Skews.Reverse().ToArray() });
        await CheckAsync(others, objects, seal, cancellationToken);
        Phase("is checked");
        _activities.Set("round", "ends all store pods");
    }

    private void Phase(string what) => _misfortunes.Events.Enqueue($"{_watch.Elapsed.TotalSeconds:0.0} s: the round {what}");

    private async Task<PodGroup> StartAsync(RoundObjects objects, RoundPlan of)
    {
        _activities.Set("round", "starts store pods");
        var pods = new PodGroup([.. Enumerable.Range(0, of.Skews.Count).Select(number => new StorePod(number, of, _masterKey, objects, _misfortunes))]);
        await Task.WhenAll(pods.Pods.Select(pod => pod.StartAsync()));
        _activities.Set("round", null);
        return pods;
    }

    private async Task AttemptsAsync(PodGroup pods, CancellationToken cancellationToken)
    {
        await using var channel = new FlightShuffleChannel(pods.Options(RunKey, plan.CreditBytes));
        var options = new ParallelOptions { MaxDegreeOfParallelism = plan.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(plan.Attempts, options, async (attempt, token) => await TryAsync(channel, attempt, token));

        // What a scheduler does: further attempts where none has committed.
        await Parallel.ForAsync(0, plan.Instances, options, async (index, token) =>
        {
            for (var number = 10; !_committed[index].Task.IsCompleted; number++)
            {
                await TryAsync(channel, new PlannedAttempt(index, number, "pod-a", AttemptEnding.Commits), token);
            }
        });
    }

    private async Task TryAsync(FlightShuffleChannel channel, PlannedAttempt attempt, CancellationToken cancellationToken)
    {
        var who = $"instance {attempt.Index} attempt {attempt.Attempt} of {attempt.Incarnation}";
        var data = new AttemptData(plan, SampleData.Writer(_run, attempt.Index, attempt.Attempt, incarnation: attempt.Incarnation));
        _written[data.Writer] = data;
        try
        {
            _activities.Set(who, "opens its writer");
            await using var writer = await channel.OpenWriterAsync(SampleData.Target(data.Writer, plan.Partitions), SampleData.Schema(), cancellationToken);
            foreach (var block in data.Blocks)
            {
                if (attempt.Ending == AttemptEnding.DiesWriting && block.Header.Sequence >= data.Blocks.Count / 2)
                {
                    return;
                }

                _activities.Set(who, $"writes block {block.Header.Sequence} of {data.Blocks.Count}");
                await writer.WriteAsync(block, cancellationToken);
            }

            _activities.Set(who, "waits for its blocks to be durable");
            var segments = await writer.CompleteAsync(cancellationToken);
            foreach (var segment in segments)
            {
                _segments.Enqueue(segment);
            }

            if (attempt.Ending == AttemptEnding.DiesBeforeCommit)
            {
                return;
            }

            for (var times = attempt.Ending == AttemptEnding.CommitsTwice ? 2 : 1; times > 0; times--)
            {
                _activities.Set(who, $"commits, {times - 1} times more");
                var commit = data.Commit(segments);
                _answers.Enqueue((commit, await channel.CommitAsync(commit, cancellationToken)));
                _committed[attempt.Index].TrySetResult();
            }
        }
        catch (ShuffleException failure) when (Passes(failure))
        {
            _misfortunes.Events.Enqueue($"{who} failed: {failure.Error}: {failure.Message}");
        }
        finally
        {
            _activities.Set(who, null);
        }
    }

    private async Task<SealRecord> SealAsync(PodGroup pods, CancellationToken cancellationToken)
    {
        await using var records = new FlightRunRecords(pods.Options(OperatorKey));
        var first = new SealingDriver(records, plan, _run, "driver-a", _activities);
        var second = new SealingDriver(records, plan, _run, "driver-b", _activities);
        await first.OpenAsync(cancellationToken);
        _activities.Set("drivers", "wait for commits");
        if (plan.Takeover == Takeover.BeforeTheDecision)
        {
            await Task.WhenAny(_committed.Select(committed => committed.Task)).WaitAsync(cancellationToken);
            await second.OpenAsync(cancellationToken);
        }

        await Task.WhenAll(_committed.Select(committed => committed.Task)).WaitAsync(cancellationToken);
        _activities.Set("drivers", null);
        switch (plan.Takeover)
        {
            case Takeover.None:
                return (await FinishAsync(first))!;
            case Takeover.BeforeTheDecision:
                Assert.Null(await FinishAsync(first));
                return (await FinishAsync(second))!;
            case Takeover.AfterTheDecision:
                Assert.True(await first.DecideAsync(cancellationToken));
                await second.OpenAsync(cancellationToken);
                Assert.Equal(first.Epoch, second.SealEpoch);
                return (await FinishAsync(second))!;
            default:
                await Task.WhenAll(second.OpenAsync(cancellationToken), first.DecideAsync(cancellationToken));
                var both = await Task.WhenAll(FinishAsync(first), FinishAsync(second));
                Assert.NotNull(both[1]);
                Assert.True(both[0] is null || Text(both[0]!) == Text(both[1]!), "two drivers were told different seals");
                return both[1]!;
        }

        async Task<SealRecord?> FinishAsync(SealingDriver driver)
        {
            if (!await driver.DecideAsync(cancellationToken))
            {
                return null;
            }

            var seal = await driver.SealAsync(cancellationToken);
            Assert.Equal(driver.SealEpoch, seal.Epoch);
            return seal;
        }
    }

    /// <summary>While things go wrong a read is right, or fails with an error that passes.</summary>
    private async Task ReadInTroubleAsync(PodGroup pods, SealRecord seal, CancellationToken cancellationToken)
    {
        await using var channel = new FlightShuffleChannel(pods.Options(RunKey));
        using var reader = new RoundReader(pods.Pods, channel, RunKey, Seal, WinnersOf(seal));
        await Task.WhenAll(reader.Ways(plan.Partitions, new Random(plan.Seed)).Select(way => Task.Run(
            async () =>
            {
                _activities.Set($"reader of {way.Name}", "reads while things go wrong");
                try
                {
                    await way.Read(cancellationToken);
                }
                catch (ShuffleException failure) when (Passes(failure))
                {
                    _misfortunes.Events.Enqueue($"a reader of {way.Name} failed: {failure.Error}: {failure.Message}");
                }

                _activities.Set($"reader of {way.Name}", null);
            },
            cancellationToken)));
    }

    private async Task CheckAsync(PodGroup pods, RoundObjects objects, SealRecord seal, CancellationToken cancellationToken)
    {
        await using var channel = new FlightShuffleChannel(pods.Options(RunKey));
        await using var records = new FlightRunRecords(pods.Options(OperatorKey));
        await CheckWinnersAsync(channel, seal, cancellationToken);
        Assert.Empty(_segments.Except(await SegmentsAsync(objects, cancellationToken)));
        await ReadAllAsync();

        _activities.Set("round", "collects orphans");
        await records.CollectAsync(_run, cancellationToken);
        var commits = _answers.Select(answer => answer.Answer.Winner).DistinctBy(commit => commit.Writer).ToList();
        Assert.Equal(
            commits.SelectMany(commit => commit.Outputs).SelectMany(output => output.Segments).Distinct().Order(StringComparer.Ordinal),
            await SegmentsAsync(objects, cancellationToken));
        await ReadAllAsync();

        _activities.Set("round", "verifies");
        var report = await records.VerifyAsync(_run, cancellationToken);
        Assert.Empty(report.Losses);
        Assert.Equal(plan.Instances, report.Commits);
        Assert.Equal(WinnersOf(seal).Values.Sum(data => data.Blocks.Count), report.Blocks);
        _activities.Set("round", "deletes the run");
        await records.DeleteRunAsync(_run, cancellationToken);
        await foreach (var entry in objects.Direct.ListAsync("", cancellationToken))
        {
            Assert.Fail($"{entry.Key} is left of a run that was deleted");
        }

        _activities.Set("round", null);

        async Task ReadAllAsync()
        {
            using var reader = new RoundReader(pods.Pods, channel, RunKey, Seal, WinnersOf(seal));
            await Task.WhenAll(reader.Ways(plan.Partitions, new Random(plan.Seed)).Select(async way =>
            {
                _activities.Set($"reader of {way.Name}", "reads when nothing goes wrong any more");
                await way.Read(cancellationToken);
                _activities.Set($"reader of {way.Name}", null);
            }));
        }
    }

    /// <summary>One winner of each instance, whom every attempt that asked was told, and is told again.</summary>
    private async Task CheckWinnersAsync(FlightShuffleChannel channel, SealRecord seal, CancellationToken cancellationToken)
    {
        _activities.Set("round", "commits again");
        foreach (var (commit, answer) in _answers.ToList())
        {
            _answers.Enqueue((commit, await channel.CommitAsync(commit, cancellationToken)));
        }

        foreach (var instance in _answers.GroupBy(answer => answer.Commit.Writer.Attempt.Index))
        {
            var winner = Assert.Single(instance.Select(answer => answer.Answer.Winner.Writer).Distinct());
            Assert.All(instance, answer => Assert.Equal(winner == answer.Commit.Writer, answer.Answer.Won));
            Assert.Equal((winner.Attempt.Attempt, winner.Incarnation), (seal.Instances[instance.Key].Attempt, seal.Instances[instance.Key].Incarnation));
        }
    }

    private Dictionary<int, AttemptData> WinnersOf(SealRecord seal) => seal.Instances.ToDictionary(
        instance => instance.Index, instance => _written[SampleData.Writer(_run, instance.Index, instance.Attempt, incarnation: instance.Incarnation)]);

    private async Task<List<string>> SegmentsAsync(RoundObjects objects, CancellationToken cancellationToken)
    {
        var segments = new List<string>();
        var prefix = ObjectKeys.Segments(_run);
        await foreach (var entry in objects.Direct.ListAsync(prefix, cancellationToken))
        {
            segments.Add(entry.Key[prefix.Length..]);
        }

        return segments;
    }

    private SealId Seal => new(_run, SampleData.Output, 0);

    private string RunKey => new StoreKeys(_masterKey).RunKeyOf(_run);

    private string OperatorKey => new StoreKeys(_masterKey).OperatorKey;

    private static string Text(SealRecord seal) => JsonSerializer.Serialize(seal, ContractsJson.Default.SealRecord);

    /// <summary>Store pods that are ended together.</summary>
    private sealed class PodGroup(IReadOnlyList<StorePod> pods) : IAsyncDisposable
    {
        internal IReadOnlyList<StorePod> Pods => pods;

        /// <summary>How clients reach them: by names behind which another pod may stand each time.</summary>
        internal FlightChannelOptions Options(string key, int creditBytes = ShuffleLimits.DefaultCreditBytes) => new()
        {
            Endpoints = [.. pods.Select(pod => pod.Name)],
            Key = key,
            CreditBytes = creditBytes,
            MaxTries = 12,
            FirstDelay = TimeSpan.FromMilliseconds(2),
            MaxDelay = TimeSpan.FromMilliseconds(50),
            Connect = (name, token) => pods.Single(pod => pod.Name.Host == name.Host).ConnectAsync(token),
        };

        public async ValueTask DisposeAsync() => await Task.WhenAll(pods.Select(pod => pod.DisposeAsync().AsTask()));
    }
}
