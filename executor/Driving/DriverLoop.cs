using System.Threading.Channels;
using Executor.Contracts.Identity;
using Executor.Driving.Sizes;
using Executor.Journaling;
using Executor.Launching;
using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>
/// The shell around <see cref="DriverCore"/>: gathers news from all sides into one queue, and in rounds takes what has come, lets the core
/// decide, appends the decisions as one entry and only then carries the effects out. What comes while an entry is being appended
/// shares the next one.
/// </summary>
internal sealed class DriverLoop : IAsyncDisposable
{
    private const int MaxDecisionsAnEntry = 20_000;
    private const int MaxNewsARound = 4_096;
    private static readonly TimeSpan HistoryPatience = TimeSpan.FromSeconds(20);
    private readonly string _run;
    private readonly IRunRecords _records;
    private readonly ILauncher _launcher;
    private readonly DriverOptions _options;
    private readonly Journal _journal;
    private readonly StorePatience _patience;
    private readonly RunReport _report;
    private readonly Channel<Action<DriverCore, DateTimeOffset>> _news =
        Channel.CreateUnbounded<Action<DriverCore, DateTimeOffset>>(new UnboundedChannelOptions { SingleReader = true });

    private readonly DepartedAttempts _departed;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _pumps = [];
    private EffectRunner? _effects;

    /// <summary>A loop over a journal that this driver has opened.</summary>
    public DriverLoop(
        string run,
        IRunRecords records,
        ILauncher launcher,
        DriverOptions options,
        Journal journal,
        StorePatience patience,
        RunReport report)
    {
        _run = run;
        _records = records;
        _launcher = launcher;
        _options = options;
        _journal = journal;
        _patience = patience;
        _report = report;
        _departed = new DepartedAttempts(launcher);
    }

    /// <summary>Takes the run over and drives it to its end.</summary>
    /// <param name="state">What the journal says.</param>
    /// <param name="cancel">Cancels the run.</param>
    /// <param name="cancelNow">Cancels the run without waiting.</param>
    /// <param name="leave">Ends the loop between two rounds.</param>
    /// <exception cref="RunLeftException">It was asked to leave.</exception>
    public async Task<RunResult> RunAsync(RunState state, CancellationToken cancel, CancellationToken cancelNow, CancellationToken leave)
    {
        // Before the attempts are listed, so that none can end unseen between the two.
        _pumps.Add(PumpAsync(ObserveAsync(state.Graph)));
        var sizer = RunSizer.For(_run, state.Graph, _options.Recommender);
        var ledger = sizer is null ? null : new SizingLedger(_records, _run, _journal.Epoch, sizer, _report.Notice);
        var core = await TakeOverAsync(state, sizer, cancelNow);
        _effects = new EffectRunner(_run, _records, _launcher, _options, state.Graph, _patience, _report, _news.Writer, _ending.Token);
        _pumps.Add(PumpAsync(WatchCancelRequestsAsync()));
        await using var onCancel = cancel.Register(() => Post((c, _) => c.Cancel(immediately: false)));
        await using var onCancelNow = cancelNow.Register(() => Post((c, _) => c.Cancel(immediately: true)));
        await using var onLeave = leave.Register(() => Post((_, _) => throw new RunLeftException()));
        try
        {
            return await DriveAsync(core, ledger, cancelNow);
        }
        catch (RunLeftException) when (ledger is not null)
        {
            await ledger.FinishAsync();
            throw;
        }
    }

    private async Task<RunResult> DriveAsync(DriverCore core, SizingLedger? ledger, CancellationToken cancelNow)
    {
        while (true)
        {
            core.LargestMemoryBytes = _launcher.Largest?.MemoryBytes;
            var round = core.Decide(_options.Time.GetUtcNow());
            Begin(round.Effects.Where(effect => !effect.WaitsForDecisions), core.State);
            if (core.State.Finished is not null && ledger is not null)
            {
                // Before the run is over for everybody else, who may delete it.
                await ledger.FinishAsync();
            }

            await AppendAsync(round.Decisions, cancelNow);

            // What waits for a start waits no longer than it must: people are told after it.
            Begin(round.Effects.Where(effect => effect.WaitsForDecisions), core.State);
            _report.Stands(round, core);
            ledger?.Keep(_options.Time.GetUtcNow(), _ending.Token);
            if (core.State.Finished is { } outcome)
            {
                await _effects!.CancelsDoneAsync();
                foreach (var line in ledger?.Summary() ?? [])
                {
                    _report.Notice(line);
                }

                return _report.Finish(outcome, core.State);
            }

            await TakeNewsAsync(core);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_effects is { } effects)
        {
            await effects.AllDoneAsync();
        }

        await Task.WhenAll(_pumps).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private void Begin(IEnumerable<Effect> effects, RunState state)
    {
        foreach (var effect in effects)
        {
            _effects!.Begin(effect, state);
        }
    }

    private async Task<DriverCore> TakeOverAsync(RunState state, RunSizer? sizer, CancellationToken cancellationToken)
    {
        var revision = await _patience.CallAsync(
            "read the workflow's revision",
            token => WorkflowRevisions.SettleAsync(_records, _run, state.Revision, _options.Workflow, _options.Resume, token),
            cancellationToken);
        var takeOver = new TakeOver(_records, _run, state);
        var (existing, unknown) = takeOver.Divide(await _launcher.ListAsync(_run, cancellationToken));
        await _departed.EndAsync(unknown, cancellationToken);
        var (winners, damaged) = await _patience.CallAsync("look for commits", takeOver.FindCommitsAsync, cancellationToken);
        var seals = await _patience.CallAsync("look for seals", takeOver.FindSealsAsync, cancellationToken);
        var limit = Math.Min(_launcher.Capacity, state.Graph.Plan.MaxParallelTasks ?? int.MaxValue);
        var bounds = _options.Scheduling with { MaxParallel = Math.Max(1, Math.Min(limit, _options.Scheduling.MaxParallel)) };
        if (sizer is not null)
        {
            await RecallAsync(sizer, state, seals, cancellationToken);
        }

        var scheduler = new Scheduler(state, new DescribedDefinitions(_options.Describe), bounds, _journal.Epoch, sizer);
        var world = new RestoredWorld
        {
            Existing = existing,
            Commits = winners,
            Seals = seals,
            Revision = revision,
            Resume = _options.Resume,
            CancelsRequested = await _patience.CallAsync(
                "look for cancel requests", token => CancellationRequests.CountAsync(_records, _run, token), cancellationToken),
        };
        var now = _options.Time.GetUtcNow();
        scheduler.Restore(world, now);
        foreach (var attempt in existing.Where(attempt => sizer is not null && state.IsUnderWay(attempt)))
        {
            sizer!.Adopted(attempt, _report.LaunchedAt(attempt) ?? now);
        }

        scheduler.DataLost(damaged);
        return new DriverCore(scheduler, sizer);
    }

    // What is missing makes sizes worse, and nothing else.
    private async Task RecallAsync(
        RunSizer sizer, RunState state, IReadOnlySet<(int Task, int Output, int Generation)> seals, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(HistoryPatience);
        foreach (var earlier in await new SizingHistory(_records, _report.Notice).ReadAsync(_run, sizer.LearnedClasses, patience.Token))
        {
            sizer.Recall(earlier);
        }

        try
        {
            foreach (var (task, place) in sizer.WantedSeals)
            {
                var generation = state.Task(task).SealGeneration;
                if (seals.Contains((task, place, generation)))
                {
                    var planned = state.Graph.Plan.Tasks[task];
                    var output = new OutputId(planned.Name, planned.Outputs[place].Name);
                    sizer.Sealed(task, place, await SealReader.ReadAsync(_records, _run, output, generation, patience.Token));
                }
            }
        }
        catch (Exception failure) when (failure is ShuffleException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _report.Notice($"sizing: how much tasks read is not known: {failure.Message}");
        }
    }

    private async Task AppendAsync(IReadOnlyList<Decision> decisions, CancellationToken cancelNow)
    {
        for (var from = 0; from < decisions.Count; from += MaxDecisionsAnEntry)
        {
            var part = decisions.Count <= MaxDecisionsAnEntry ? decisions : [.. decisions.Skip(from).Take(MaxDecisionsAnEntry)];
            var entry = _journal.Encode(part, _options.Time.GetUtcNow());

            // Not cancelled at once: the decision to cancel is itself an entry, and a store that answers takes milliseconds.
            using var giveUp = new CancellationTokenSource();
            await using var onCancelNow = cancelNow.Register(() => giveUp.CancelAfter(TimeSpan.FromSeconds(5)));
            await _patience.CallAsync("write the journal", token => _journal.AppendAsync(entry, token), giveUp.Token);
            _departed.Appended();
        }
    }

    private async Task TakeNewsAsync(DriverCore core)
    {
        var waiting = _news.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        if (Earlier(core.NextDue, _report.NextDue) is { } due && !waiting.IsCompleted)
        {
            var pause = due - _options.Time.GetUtcNow();
            using var timer = new CancellationTokenSource();
            await Task.WhenAny(waiting, Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, _options.Time, timer.Token));
            await timer.CancelAsync();
        }
        else
        {
            await waiting;
        }

        var now = _options.Time.GetUtcNow();
        for (var taken = 0; taken < MaxNewsARound && _news.Reader.TryRead(out var news); taken++)
        {
            news(core, now);
        }
    }

    private async Task ObserveAsync(TaskGraph graph)
    {
        await foreach (var seen in _launcher.ObserveAsync(_ending.Token))
        {
            if (seen.Attempt.Run != _run)
            {
                continue;
            }

            if (graph.TryFind(seen.Attempt.Task, seen.Attempt.Index, out var task))
            {
                var attempt = new AttemptRef(task, seen.Attempt.Index, seen.Attempt.Generation, seen.Attempt.Attempt);
                Post((core, now) =>
                {
                    _report.Seen(attempt, seen.Phase, seen.Facts, now);
                    core.Observed(attempt, seen.Phase, seen.Facts, now);
                });
            }
            else if (seen.Phase == ObservedPhase.Ended)
            {
                Post((_, _) => _departed.Ended(seen.Attempt, seen.Facts));
            }
        }
    }

    private async Task WatchCancelRequestsAsync()
    {
        using var timer = new PeriodicTimer(_options.CancelPoll, _options.Time);
        var known = 0;
        while (await timer.WaitForNextTickAsync(_ending.Token))
        {
            try
            {
                var count = await CancellationRequests.CountAsync(_records, _run, _ending.Token);
                if (count != known)
                {
                    known = count;
                    Post((core, _) => core.CancelRequested(count));
                }
            }
            catch (ShuffleException)
            {
                // Looked for again at the next tick; whether the store is there is for the calls that matter to say.
            }
        }
    }

    private async Task PumpAsync(Task pump)
    {
        try
        {
            await pump;
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The driver ends.
        }
        catch (Exception failure)
        {
            // A driver that has gone deaf must not go on: the loop throws it on.
            var captured = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure);
            Post((_, _) => captured.Throw());
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one <= other || other is null ? one : other;

    private void Post(Action<DriverCore, DateTimeOffset> news) => _news.Writer.TryWrite(news);
}

/// <summary>The driver was asked to leave its run as it is.</summary>
internal sealed class RunLeftException() : Exception("the driver was asked to leave its run");
