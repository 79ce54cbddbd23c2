using System.Buffers;
using System.Runtime.InteropServices;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Driving.Sizes;
using Executor.Launching;
using Executor.Outcomes;
using Executor.Scheduling;

namespace Executor.Driving;

/// <summary>
/// All that a driver decides, without anything that waits: news come in by the methods, <see cref="Decide"/> gives what to append and what to do
/// after it. It adds to the scheduler what becomes of an attempt's end: the commit is looked for, a loss is verified. Deterministic;
/// not thread-safe.
/// </summary>
internal sealed class DriverCore
{
    private const int SealRepairs = 3;
    private readonly Scheduler _scheduler;
    private readonly RunSizer? _sizer;
    private readonly HashSet<AttemptRef> _reading;
    private readonly List<AttemptEnd> _suspected;
    private readonly List<SealEffect> _suspectedSeals;
    private readonly Dictionary<(int Task, int Output), int> _sealRepairs;
    private List<AttemptEnd> _verifying = [];
    private List<SealEffect> _verifyingSeals = [];
    private List<Effect> _effects = [];
    private List<AttemptEnd> _ends = [];
    private bool _isVerifying;

    /// <summary>A driver's logic over a scheduler that was restored.</summary>
    /// <param name="scheduler">The scheduler.</param>
    /// <param name="sizer">The same that the scheduler asks, to be told what comes of it; null where no task is sized. Copies share it.</param>
    public DriverCore(Scheduler scheduler, RunSizer? sizer = null)
    {
        _scheduler = scheduler;
        _sizer = sizer;
        _reading = [];
        _suspected = [];
        _suspectedSeals = [];
        _sealRepairs = [];
    }

    private DriverCore(DriverCore other)
    {
        _scheduler = other._scheduler.Clone();
        _sizer = other._sizer;
        _reading = [.. other._reading];
        _suspected = [.. other._suspected];
        _suspectedSeals = [.. other._suspectedSeals];
        _sealRepairs = new Dictionary<(int Task, int Output), int>(other._sealRepairs);
        _verifying = [.. other._verifying];
        _verifyingSeals = [.. other._verifyingSeals];
        _effects = [.. other._effects];
        _ends = [.. other._ends];
        _isVerifying = other._isVerifying;
    }

    /// <summary>What has been decided so far; to be read only.</summary>
    public RunState State => _scheduler.State;

    /// <summary>When <see cref="Decide"/> has something to do though nothing happens; null if never.</summary>
    public DateTimeOffset? NextDue => _scheduler.NextDue;

    /// <summary>True while attempts wait for room that the backend did not have.</summary>
    public bool IsHolding => _scheduler.IsHolding;

    /// <summary>The most memory that an attempt can have; null if that is not known.</summary>
    public long? LargestMemoryBytes
    {
        get => _scheduler.LargestMemoryBytes;
        set => _scheduler.LargestMemoryBytes = value;
    }

    /// <summary>See <see cref="Scheduler.CountPending"/>.</summary>
    public int[] CountPending() => _scheduler.CountPending();

    /// <summary>Something was seen of an attempt.</summary>
    public void Observed(AttemptRef attempt, ObservedPhase phase, AttemptFacts facts, DateTimeOffset now)
    {
        switch (phase)
        {
            case ObservedPhase.Pending:
                _scheduler.Seen(attempt);
                break;
            case ObservedPhase.Running:
                _scheduler.Running(attempt);
                break;
            default:
                Ended(attempt, facts, now);
                break;
        }
    }

    /// <summary>The backend took an attempt.</summary>
    public void LaunchAccepted(AttemptRef attempt) => _scheduler.LaunchAccepted(attempt);

    /// <summary>The backend has no room for an attempt now.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="now">The time.</param>
    /// <param name="retryAfter">The least pause before anything is launched; null if the backend does not say.</param>
    public void LaunchHeld(AttemptRef attempt, DateTimeOffset now, TimeSpan? retryAfter = null) =>
        _scheduler.LaunchHeld(attempt, now, retryAfter);

    /// <summary>An attempt could not be started.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="never">True if it never can be as it is described.</param>
    /// <param name="message">Why, in one sentence.</param>
    /// <param name="now">The time.</param>
    public void LaunchFailed(AttemptRef attempt, bool never, string message, DateTimeOffset now)
    {
        var outcome = never ? OutcomeClassifier.NotStartable(message) : OutcomeClassifier.Lost(message);
        _scheduler.LaunchFailed(attempt, outcome, now);

        // A backend that failed to answer may have made it all the same.
        Settle(new AttemptEnd(attempt, outcome, null, null));
    }

    /// <summary>The commit of an ended attempt's instance and generation was looked for.</summary>
    /// <param name="attempt">The attempt that ended.</param>
    /// <param name="facts">What its launcher told.</param>
    /// <param name="found">What was found.</param>
    /// <param name="now">The time.</param>
    public void CommitRead(AttemptRef attempt, AttemptFacts facts, FoundCommit found, DateTimeOffset now)
    {
        if (!_reading.Remove(attempt))
        {
            return;
        }

        var end = EndOf(attempt, facts, found.Commit is not null || found.Damaged);
        if (found.Commit is { } commit)
        {
            var winner = commit.Writer.Attempt.Attempt;
            _scheduler.Committed(attempt, winner);
            Settle(end with { Usage = winner == attempt.Attempt ? commit.Usage ?? end.Usage : end.Usage });
        }
        else if (found.Damaged)
        {
            // Nobody can commit under that key any more: the instance has committed, and what it committed is lost.
            _scheduler.Committed(attempt, attempt.Attempt);
            _scheduler.DataLost([attempt]);
            Settle(end);
        }
        else if (!_scheduler.Exists(attempt))
        {
            // It was given up before, and has left nothing since.
            Release(attempt, facts);
        }
        else if (end.Outcome.Cause == AttemptCause.InputLost && State.IsUnderWay(attempt))
        {
            _suspected.Add(end);
        }
        else
        {
            _scheduler.Ended(attempt, end.Outcome, end.Usage, now);
            Settle(end);
        }
    }

    /// <summary>A seal stands.</summary>
    /// <param name="seal">What was to be sealed.</param>
    /// <param name="record">What stands; null where it is not known.</param>
    public void SealWritten(SealEffect seal, SealRecord? record = null)
    {
        ArgumentNullException.ThrowIfNull(seal);
        if (record is not null)
        {
            _sizer?.Sealed(seal.Task, seal.Output, record);
        }

        _scheduler.SealWritten(seal);
    }

    /// <summary>A seal cannot be written because a commit that it gathers is missing or damaged.</summary>
    public void SealLacksCommit(SealEffect seal, string message)
    {
        ref var repairs = ref CollectionsMarshal.GetValueRefOrAddDefault(_sealRepairs, (seal.Task, seal.Output), out _);
        if (++repairs > SealRepairs)
        {
            _scheduler.Fail(message);
            return;
        }

        _suspectedSeals.Add(seal);
    }

    /// <summary>A seal can never be written.</summary>
    public void SealImpossible(string message) => _scheduler.Fail(message);

    /// <summary>It was looked at how a task's partitions are to be split.</summary>
    public void Sliced(SliceEffect asked, FoundSlices found)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (found.Choice is { } choice)
        {
            _scheduler.Sliced(asked, choice);
        }
        else
        {
            _scheduler.SlicingLacksCommits(asked, found.Lost);
        }
    }

    /// <summary>A task's partitions can never be split.</summary>
    public void SlicingImpossible(string message) => _scheduler.Fail(message);

    /// <summary>The run's committed data was read back.</summary>
    /// <param name="losses">What is missing or damaged; the attempt's number does not matter.</param>
    /// <param name="now">The time.</param>
    public void Verified(IReadOnlyCollection<AttemptRef> losses, DateTimeOffset now)
    {
        var current = losses.Where(IsCommitted).ToList();
        var relevant = new List<AttemptRef>();
        foreach (var end in _verifying)
        {
            var inputs = State.Graph.InputTasks[end.Attempt.Task];
            var lost = current.Where(loss => inputs.Contains(loss.Task)).ToList();
            relevant.AddRange(lost);

            // What is found lost is paid for by the instances that lost it; what is not was the store's failure.
            var outcome = lost.Count > 0 ? end.Outcome with { Charge = RetryCharge.None } : end.Outcome;
            _scheduler.Ended(end.Attempt, outcome, end.Usage, now);
            Settle(end with { Outcome = outcome });
        }

        foreach (var seal in _verifyingSeals)
        {
            var lost = current.Where(loss => loss.Task == seal.Task).ToList();
            relevant.AddRange(lost);
            if (lost.Count == 0 && State.Task(seal.Task) is { Sealed: true } task && task.SealGeneration == seal.Generation)
            {
                _effects.Add(seal);
            }
        }

        _verifying = [];
        _verifyingSeals = [];
        _isVerifying = false;
        _scheduler.DataLost(relevant.Distinct());
    }

    /// <summary>See <see cref="Scheduler.Cancel"/>.</summary>
    public void Cancel(bool immediately) => _scheduler.Cancel(immediately);

    /// <summary>See <see cref="Scheduler.CancelRequested"/>.</summary>
    public void CancelRequested(int requests) => _scheduler.CancelRequested(requests);

    /// <summary>Takes the next step.</summary>
    public DriverRound Decide(DateTimeOffset now)
    {
        if (!_isVerifying && (_suspected.Count > 0 || _suspectedSeals.Count > 0))
        {
            // Attempts of one reading task tend to find the same loss: one reading answers all that came before it began.
            (_verifying, _verifyingSeals) = ([.. _suspected], [.. _suspectedSeals]);
            _suspected.Clear();
            _suspectedSeals.Clear();
            _isVerifying = true;
            _effects.Add(new VerifyEffect());
        }

        var round = _scheduler.Decide(now);
        foreach (var launch in _sizer is null ? [] : round.Decisions.OfType<LaunchDecision>())
        {
            _sizer!.Launched(launch.Attempt, now);
        }

        var result = new DriverRound(WithPlacements(round.Decisions), [.. _effects, .. round.Effects], _ends);
        _effects = [];
        _ends = [];
        return result;
    }

    /// <summary>A copy that changes by itself.</summary>
    public DriverCore Clone() => new(this);

    /// <summary>Writes the state in a canonical form: equal bytes are equal states.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        _scheduler.WriteTo(output);
        Write(output, _reading);
        Write(output, _suspected.Select(end => end.Attempt));
        Write(output, _verifying.Select(end => end.Attempt));
        output.Write(MemoryMarshal.AsBytes<long>(
            [_isVerifying ? 1 : 0, _effects.Count, _suspectedSeals.Count, _verifyingSeals.Count, _sealRepairs.Values.Sum()]));
    }

    private static void Write(IBufferWriter<byte> output, IEnumerable<AttemptRef> attempts) =>
        output.Write(MemoryMarshal.AsBytes<AttemptRef>(
            [.. attempts.OrderBy(a => a.Task).ThenBy(a => a.Index).ThenBy(a => a.Generation).ThenBy(a => a.Attempt), new(-1, -1, -1, -1)]));

    private static AttemptEnd EndOf(AttemptRef attempt, AttemptFacts facts, bool committed) =>
        new(attempt, OutcomeClassifier.Classify(facts, committed), UsageOf(facts.Report), facts);

    // What a runner said while it ran is less than what it would have said at its end.
    private static AttemptUsage? UsageOf(TerminationReport? report) =>
        report is { Usage: { } usage, Phase: AttemptPhase.Fetching or AttemptPhase.Running or AttemptPhase.Writing }
            ? usage with { Source = MeasureSource.Heartbeat }
            : report?.Usage;

    // The pod is soon gone: what it was goes on record with its attempt's end.
    private IReadOnlyList<Decision> WithPlacements(IReadOnlyList<Decision> decisions)
    {
        var placements = _ends.Where(end => end.Facts?.Placement is not null)
            .DistinctBy(end => end.Attempt)
            .ToDictionary(end => end.Attempt, end => end.Facts!.Placement);
        return placements.Count == 0 ? decisions :
        [
            .. decisions.Select(decision => decision switch
            {
                OutcomeDecision outcome when placements.TryGetValue(outcome.Attempt, out var placement) => outcome with { Placement = placement },
                CommittedDecision committed when placements.TryGetValue(committed.Winner, out var placement) => committed with { Placement = placement },
                _ => decision,
            }),
        ];
    }

    private bool IsCommitted(AttemptRef attempt)
    {
        ref readonly var instance = ref State.Instance(attempt.Task, attempt.Index);
        return instance.Phase == InstancePhase.Committed && instance.Generation == attempt.Generation;
    }

    private void Ended(AttemptRef attempt, AttemptFacts facts, DateTimeOffset now)
    {
        if (_suspected.Concat(_verifying).Any(end => end.Attempt == attempt))
        {
            return;
        }

        ref readonly var instance = ref State.Instance(attempt.Task, attempt.Index);
        var mayHaveCommitted = instance.Generation == attempt.Generation && instance.Phase != InstancePhase.Committed;
        if (!_scheduler.Exists(attempt) && !mayHaveCommitted)
        {
            Release(attempt, facts);
            return;
        }

        if (instance.Generation == attempt.Generation)
        {
            // Also of an attempt that was given up, such as one that an earlier driver started late: it may have committed after all.
            if (_reading.Add(attempt))
            {
                _effects.Add(new ReadCommitEffect(attempt, facts));
            }

            return;
        }

        var end = EndOf(attempt, facts, committed: false);
        _scheduler.Ended(attempt, end.Outcome, end.Usage, now);
        Settle(end);
    }

    private void Settle(AttemptEnd end)
    {
        _ends.Add(end);
        _sizer?.Ended(end.Attempt, end.Outcome, end.Usage, State);
        Release(end.Attempt, end.Facts);
    }

    // Of an attempt that a later driver has launched this one knows nothing, and has nothing to say.
    private void Release(AttemptRef attempt, AttemptFacts? facts)
    {
        if (State.IsSettled(attempt))
        {
            _effects.Add(new ReleaseEffect(attempt, facts?.Platform?.Cause));
        }
    }
}
