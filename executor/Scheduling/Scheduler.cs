using System.Buffers;
using System.Runtime.InteropServices;
using Executor.Contracts.Reporting;
using Executor.Outcomes;
using Executor.Rendering;

namespace Executor.Scheduling;

/// <summary>
/// Decides what a run does next. A pure state machine: what happened comes in by the methods, <see cref="Decide"/> gives decisions and effects
/// out; no I/O, and time is what the caller says. The same calls give the same rounds. Repeated, late and unknown news changes nothing.
/// Not thread-safe.
/// </summary>
internal sealed partial class Scheduler
{
    private readonly RunState _state;
    private readonly IDefinitions _definitions;
    private readonly SchedulerOptions _options;
    private readonly IAttemptSizer? _sizer;
    private readonly long _epoch;
    private readonly LaunchQueue _queue;
    private readonly LaunchGate _gate;
    private readonly LiveAttempts _live;
    private readonly HashSet<(int Task, int Output)> _sealsAwaited;
    private readonly HashSet<SliceEffect> _slicesAwaited;
    private List<Decision> _decisions = [];
    private List<Effect> _effects = [];
    private StopLevel _stopAsked;

    /// <summary>A scheduler that goes on from what the journal says; call <see cref="Restore"/> next.</summary>
    /// <param name="state">What the journal says; the scheduler's own from here on.</param>
    /// <param name="definitions">Tells definitions apart.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="epoch">The driver's epoch.</param>
    /// <param name="sizer">Says what attempts get; what their tasks ask for if null. Copies share it.</param>
    public Scheduler(RunState state, IDefinitions definitions, SchedulerOptions options, long epoch, IAttemptSizer? sizer = null)
    {
        _sizer = sizer;
        _state = state;
        _definitions = definitions;
        _options = options;
        _epoch = epoch;
        _queue = new LaunchQueue(state);
        _gate = new LaunchGate(options);
        _live = new LiveAttempts();
        _sealsAwaited = [];
        _slicesAwaited = [];
    }

    private Scheduler(Scheduler other)
    {
        _state = other._state.Clone();
        _definitions = other._definitions;
        _options = other._options;
        _sizer = other._sizer;
        _epoch = other._epoch;
        _queue = other._queue.Clone(_state);
        _gate = other._gate.Clone();
        _live = other._live.Clone();
        _sealsAwaited = [.. other._sealsAwaited];
        _slicesAwaited = [.. other._slicesAwaited];
        _decisions = [.. other._decisions];
        _effects = [.. other._effects];
        _stopAsked = other._stopAsked;
        LargestMemoryBytes = other.LargestMemoryBytes;
    }

    private enum StopLevel
    {
        None,
        Orderly,
        Immediate,
    }

    /// <summary>What has been decided so far; to be read only.</summary>
    public RunState State => _state;

    /// <summary>How many attempts exist, strays included.</summary>
    public int LiveCount => _live.Count;

    /// <summary>The most memory that an attempt can have; null if that is not known.</summary>
    public long? LargestMemoryBytes { get; set; }

    /// <summary>True while attempts wait for room that the backend did not have.</summary>
    public bool IsHolding => _gate.IsHolding;

    /// <summary>When <see cref="Decide"/> has something to do though nothing happens; null if never.</summary>
    public DateTimeOffset? NextDue =>
        (_gate.NextDue, _queue.NextDue) is ({ } gate, { } queue) ? (gate < queue ? gate : queue) : _gate.NextDue ?? _queue.NextDue;

    private bool IsFailing => _state.Failure is not null || (_options.OnFailure != FailurePolicy.KeepGoing && HasFailures);

    private bool IsStopping => _state.Cancelled || IsFailing;

    private bool HasFailures
    {
        get
        {
            for (var task = 0; task < _state.Graph.TaskCount; task++)
            {
                if (_state.Task(task).Failed > 0)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>True if the attempt exists, as far as is known, whether it counts or not.</summary>
    public bool Exists(AttemptRef attempt) => _live.Contains(attempt);

    /// <summary>An attempt was seen to run.</summary>
    public void Running(AttemptRef attempt)
    {
        _live.MarkRunning(attempt);
        Seen(attempt);
    }

    /// <summary>
    /// An attempt was seen. One that does not count, such as one that an earlier driver started late, is asked to end; one that a later
    /// driver has launched is none of this driver's.
    /// </summary>
    public void Seen(AttemptRef attempt)
    {
        if (!_live.Contains(attempt) && _state.IsSettled(attempt) && !IsWinner(attempt))
        {
            _effects.Add(new CancelEffect(attempt, Immediately: false));
        }
    }

    /// <summary>The backend took an attempt.</summary>
    public void LaunchAccepted(AttemptRef attempt) => _gate.Accept(attempt);

    /// <summary>The backend has no room for the attempt now; nothing is wrong with it.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="now">The time.</param>
    /// <param name="retryAfter">The least pause before anything is launched; null if the backend does not say.</param>
    public void LaunchHeld(AttemptRef attempt, DateTimeOffset now, TimeSpan? retryAfter = null) => _gate.Hold(attempt, now, retryAfter);

    /// <summary>The attempt could not be started.</summary>
    public void LaunchFailed(AttemptRef attempt, AttemptOutcome outcome, DateTimeOffset now)
    {
        _gate.Abandon(attempt);
        Ended(attempt, outcome, usage: null, now);
    }

    /// <summary>An attempt has ended, and no commit stands for its instance and generation.</summary>
    public void Ended(AttemptRef attempt, AttemptOutcome outcome, AttemptUsage? usage, DateTimeOffset now)
    {
        var known = _live.Remove(attempt);
        if (!_state.IsUnderWay(attempt))
        {
            if (known)
            {
                Emit(new OutcomeDecision(attempt, outcome, Final: false, usage));
            }

            return;
        }

        if (outcome.Charge == RetryCharge.None && outcome.Cause == AttemptCause.Cancelled && !IsStopping)
        {
            // Nobody here asked for it. Were it free, whoever did could keep the run from ending.
            outcome = outcome with { Charge = RetryCharge.Infrastructure };
        }

        ref readonly var instance = ref _state.Instance(attempt.Task, attempt.Index);
        if (outcome.Cause == AttemptCause.OutOfMemory)
        {
            outcome = OutOfMemory(outcome, attempt.Task, instance.MemoryBytes);
        }

        var budget = _state.Graph.Plan.Tasks[attempt.Task].Retries;
        var final = outcome.Charge switch
        {
            RetryCharge.NotRetried => true,
            RetryCharge.Task => instance.TaskFailures >= budget.Task,
            RetryCharge.Infrastructure => instance.InfrastructureFailures >= budget.Infrastructure,
            _ => false,
        };
        Emit(new OutcomeDecision(attempt, outcome, final, usage));
        if (!final)
        {
            DateTimeOffset? due = outcome.Charge == RetryCharge.Infrastructure
                ? now + _options.InfrastructureRetry.After(instance.InfrastructureFailures)
                : null;
            _queue.Return(attempt.Task, attempt.Index, due);
        }
    }

    /// <summary>An attempt has ended, and a commit stands for its instance and generation.</summary>
    /// <param name="ended">The attempt that ended.</param>
    /// <param name="winner">The number of the attempt whose commit it is.</param>
    public void Committed(AttemptRef ended, int winner)
    {
        _live.Remove(ended);
        ref readonly var instance = ref _state.Instance(ended.Task, ended.Index);
        if (instance.Generation != ended.Generation || instance.Phase == InstancePhase.Committed)
        {
            return;
        }

        if (instance.Phase == InstancePhase.Launched)
        {
            Dismiss(_state.LatestAttempt(ended.Task, ended.Index));
        }

        Emit(new CommittedDecision(ended with { Attempt = winner }));
    }

    /// <summary>A seal stands.</summary>
    public void SealWritten(SealEffect seal)
    {
        if (_state.Task(seal.Task) is { Sealed: true } task && task.SealGeneration == seal.Generation)
        {
            _sealsAwaited.Remove((seal.Task, seal.Output));
        }
    }

    /// <summary>The run cannot succeed, for a reason that no retry mends.</summary>
    public void Fail(string reason)
    {
        if (_state.Failure is null)
        {
            Emit(new FailDecision(reason));
        }
    }

    /// <summary>Whoever started this driver wants the run cancelled.</summary>
    /// <param name="immediately">True if the attempts' ends are not to be waited for.</param>
    public void Cancel(bool immediately)
    {
        if (!_state.Cancelled || (immediately && !_state.CancelledImmediately))
        {
            Emit(new CancelDecision(_state.HonouredRequests, immediately));
        }
    }

    /// <summary>
    /// So many requests to cancel the run stand in its records. Those that were honoured, or came before the run was resumed, are history; one
    /// more cancels the run, and one more after that does so without waiting.
    /// </summary>
    public void CancelRequested(int requests)
    {
        if (requests > _state.HonouredRequests)
        {
            var immediately = _state.Cancelled || requests > _state.HonouredRequests + 1;
            Emit(new CancelDecision(requests, immediately));
        }
    }

    /// <summary>Takes the next step.</summary>
    /// <param name="now">The time.</param>
    public Round Decide(DateTimeOffset now)
    {
        if (_state.Finished is null)
        {
            if (IsStopping)
            {
                Stop();
            }
            else
            {
                SealComplete();
                AskForSlices();
                Launch(now);
            }

            FinishIfDone();
        }

        var round = new Round(_decisions, _effects);
        _decisions = [];
        _effects = [];
        return round;
    }

    /// <summary>A copy that changes by itself.</summary>
    public Scheduler Clone() => new(this);

    /// <summary>Writes the state in a canonical form: equal bytes are equal states.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        _state.WriteTo(output);
        _queue.WriteTo(output);
        _gate.WriteTo(output);
        _live.WriteTo(output);
        output.Write(MemoryMarshal.AsBytes<long>([(long)_stopAsked, _epoch, _decisions.Count, _effects.Count]));
        output.Write(MemoryMarshal.AsBytes<(int, int)>([.. _sealsAwaited.Order()]));
        output.Write(MemoryMarshal.AsBytes<(int, int)>([.. _slicesAwaited.Select(asked => (asked.Task, asked.SealGeneration)).Order()]));
    }

    private bool IsWinner(AttemptRef attempt)
    {
        ref readonly var instance = ref _state.Instance(attempt.Task, attempt.Index);
        return instance.Phase == InstancePhase.Committed
            && instance.Generation == attempt.Generation && instance.Attempt == attempt.Attempt;
    }

    private void Emit(Decision decision)
    {
        _state.Apply(decision, _epoch);
        _decisions.Add(decision);
    }

    // Where there is no more memory to be had, another try cannot help; and one that had less than its task asks for does not count against the task.
    private AttemptOutcome OutOfMemory(AttemptOutcome outcome, int task, long bytes)
    {
        var all = AttemptMemory.IsMost(bytes, LargestMemoryBytes) ? "all that the largest node has"
            : AttemptMemory.IsMost(bytes, _sizer?.MostBytes(task)) ? "the most that its sizing allows"
            : null;
        if (all is not null)
        {
            return outcome with { Charge = RetryCharge.NotRetried, Reason = $"out of memory at {Quantities.Memory(bytes)}, which is {all}" };
        }

        return _sizer?.Sizes(task) == true && bytes < _state.Graph.Plan.Tasks[task].Resources.MemoryBytes ? outcome with { Charge = RetryCharge.None } : outcome;
    }

    // An attempt that does not count any longer: asked to end, and waited for.
    private void Dismiss(AttemptRef attempt)
    {
        _live.MarkStray(attempt);
        if (_live.AskToEnd(attempt, immediately: false))
        {
            _effects.Add(new CancelEffect(attempt, Immediately: false));
        }
    }
}
