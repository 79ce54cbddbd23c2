using System.Buffers;
using Executor.Journaling;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Scheduling;

namespace Executor.Tests.Scheduling;

/// <summary>
/// A run in a made-up outside that does what a seed says: attempts end in any order and way, news comes twice and late, data is lost, drivers
/// die and are replaced, requests to cancel arrive. Checks what must hold after every step.
/// </summary>
internal sealed class SimulatedRun
{
    private const int MaxSteps = 200_000;
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private readonly Random _random;
    private readonly RunPlan _plan;
    private readonly TaskGraph _graph;
    private readonly SchedulerOptions _options;
    private readonly bool _mayCancel;
    private readonly long? _largestMemory;
    private readonly SimulatedSizer? _sizer;
    private readonly List<byte[]> _journal = [];
    private readonly HashSet<AttemptRef> _running = [];
    private readonly HashSet<AttemptRef> _launched = [];
    private readonly Dictionary<(int Task, int Index, int Generation), int> _commits = [];
    private readonly HashSet<(int Task, int Output, int Generation)> _seals = [];
    private readonly HashSet<AttemptRef> _accepted = [];
    private readonly List<SealEffect> _sealing = [];
    private readonly List<SliceEffect> _slicing = [];
    private readonly Dictionary<int, SliceChoice> _choices = [];
    private readonly List<AttemptRef> _starting = [];
    private int _faults;
    private int _requests;
    private DateTimeOffset _now = Start;
    private Scheduler _scheduler = null!;

    public SimulatedRun(int seed)
    {
        _random = new Random(seed);
        _sizer = seed % 2 == 0 ? null : new SimulatedSizer();
        _plan = RandomPlan();
        _graph = new TaskGraph(_plan);
        _faults = _random.Next(0, 40);
        _mayCancel = _random.Next(8) == 0;
        _largestMemory = _random.Next(2) == 0 ? null : Plans.Memory * _random.Next(1, 10);
        var backOff = _random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
        _options = new SchedulerOptions
        {
            MaxParallel = _random.Next(1, 12),
            PendingLimit = _random.Next(1, 12),
            LaunchesInFlight = _random.Next(1, 16),
            InfrastructureRetry = new BackOff(backOff, backOff * 8),
            Hold = new BackOff(backOff, backOff * 8),
            OnFailure = (FailurePolicy)_random.Next(3),
        };
    }

    public int Losses { get; private set; }

    public int Crashes { get; private set; }

    public int Slices { get; private set; }

    public RunOutcome Run()
    {
        TakeOver();
        for (var step = 0; step < MaxSteps; step++)
        {
            if (_scheduler.State.Finished is { } outcome)
            {
                CheckEnd(outcome);
                return outcome;
            }

            Happen();
            Decide();
        }

        throw new InvalidOperationException($"not ended after {MaxSteps} steps");
    }

    private RunPlan RandomPlan()
    {
        var tasks = new List<PlannedTask>();
        for (var i = 0; i < _random.Next(1, 8); i++)
        {
            var reads = Enumerable.Range(0, i).Where(_ => _random.Next(3) == 0).ToArray();
            var task = Plans.Task(Plans.NameOf(i), _random.Next(0, 6), reads).WithRetries(_random.Next(0, 4), _random.Next(2, 60));
            if (reads.Length > 0 && _random.Next(3) == 0)
            {
                task = task.Splitting(reads[_random.Next(reads.Length)]);
            }

            var after = Enumerable.Range(0, i).Where(_ => _random.Next(6) == 0);
            task = task with { DependsOn = [.. task.DependsOn.Union(after).Order()] };
            tasks.Add(task);
        }

        return Plans.Of([.. tasks]);
    }

    private void TakeOver()
    {
        var state = new RunState(_graph);
        for (var i = 0; i < _journal.Count; i++)
        {
            foreach (var decision in JournalEntryFormat.Decode(_journal[i], i, _graph).Decisions)
            {
                state.Apply(decision, 0);
            }
        }

        _scheduler = new Scheduler(state, new Tags(), _options, 0, _sizer) { LargestMemoryBytes = _largestMemory };
        _sealing.Clear();
        _slicing.Clear();
        _starting.Clear();
        _accepted.Clear();
        _scheduler.Restore(
            new RestoredWorld
            {
                Existing = [.. _running],
                Commits = [.. _commits.Select(commit => new AttemptRef(commit.Key.Task, commit.Key.Index, commit.Key.Generation, commit.Value))],
                Seals = _seals,
                CancelsRequested = _requests,
            },
            _now);
        Decide();
    }

    private void Decide()
    {
        var round = _scheduler.Decide(_now);
        foreach (var decision in round.Decisions)
        {
            Check(decision);
        }

        CheckOrder(round);
        if (round.Decisions.Count > 0)
        {
            _journal.Add(JournalEntryFormat.Encode(new JournalEntry(_journal.Count, 0, "n", _now, round.Decisions), _graph));
        }

        if (_random.Next(16) == 0)
        {
            CheckReplay();
        }

        foreach (var effect in round.Effects)
        {
            switch (effect)
            {
                case StartEffect start:
                    ref readonly var started = ref _scheduler.State.Instance(start.Attempt.Task, start.Attempt.Index);
                    Demand(
                        start.MemoryBytes == started.MemoryBytes && (start.CpuMillicores ?? 0) == started.CpuMillicores,
                        $"{start.Attempt} is started with another size than the journal says");
                    _starting.Add(start.Attempt);
                    break;
                case CancelEffect cancel when _running.Contains(cancel.Attempt):
                    End(cancel.Attempt, commits: false, new AttemptOutcome(AttemptCause.Cancelled, RetryCharge.None, "cancelled"));
                    break;
                case CancelEffect cancel when _starting.Remove(cancel.Attempt):
                    _scheduler.LaunchFailed(cancel.Attempt, new AttemptOutcome(AttemptCause.Cancelled, RetryCharge.None, "never started"), _now);
                    break;
                case SealEffect seal:
                    _sealing.Add(seal);
                    break;
                case SliceEffect slice:
                    var source = _graph.SplitOf(slice.Task)!;
                    Demand(_seals.Contains((source.Task, source.Output, slice.SealGeneration)), "slices are asked for before the seal stands");
                    _slicing.Add(slice);
                    break;
                default:
                    break;
            }
        }

        Demand(_scheduler.LiveCount <= Math.Max(_options.MaxParallel, _running.Count), "more attempts than may run");
    }

    private void Happen()
    {
        var kinds = 9;
        switch (_random.Next(kinds))
        {
            case 0 or 1 when _starting.Count > 0:
                StartOne(Take(_starting));
                break;
            case 2 when _sealing.Count > 0:
                var seal = Take(_sealing);
                _seals.Add((seal.Task, seal.Output, seal.Generation));
                _scheduler.SealWritten(seal);
                break;
            case 8 when _slicing.Count > 0:
                SliceOne(Take(_slicing));
                break;
            case 3 or 4 when _running.Count > 0:
                EndOne(_running.ElementAt(_random.Next(_running.Count)));
                break;
            case 5 when _faults > 0 && _commits.Count > 0 && _random.Next(4) == 0:
                _faults--;
                Losses++;
                var (task, index, generation) = _commits.Keys.ElementAt(_random.Next(_commits.Count));
                _scheduler.DataLost([new AttemptRef(task, index, generation, 0)]);
                break;
            case 6 when _faults > 0 && _random.Next(4) == 0:
                _faults--;
                Crashes++;
                TakeOver();
                break;
            case 7 when _launched.Count > 0 && _random.Next(3) == 0:
                // News of the past.
                var old = _launched.ElementAt(_random.Next(_launched.Count));
                if (!_running.Contains(old) && !_starting.Contains(old) && !_scheduler.Exists(old))
                {
                    _scheduler.Running(old);
                    _scheduler.LaunchAccepted(old);
                    _scheduler.Ended(old, new AttemptOutcome(AttemptCause.Failed, RetryCharge.Task, "late"), null, _now);
                }

                break;
            default:
                if (_mayCancel && _random.Next(200) == 0)
                {
                    _scheduler.CancelRequested(++_requests);
                }

                if (_scheduler.NextDue is { } due && due > _now)
                {
                    _now = due;
                }

                break;
        }
    }

    private void StartOne(AttemptRef attempt)
    {
        switch (_faults > 0 ? _random.Next(10) : 9)
        {
            case 0:
                _faults--;
                _scheduler.LaunchHeld(attempt, _now);
                break;
            case 1:
                _faults--;
                _scheduler.LaunchFailed(attempt, new AttemptOutcome(AttemptCause.Lost, RetryCharge.Infrastructure, "no process to be had"), _now);
                break;
            default:
                _running.Add(attempt);
                _scheduler.LaunchAccepted(attempt);
                _scheduler.Running(attempt);
                break;
        }
    }

    private void SliceOne(SliceEffect asked)
    {
        var source = _graph.SplitOf(asked.Task)!;
        var sources = _scheduler.State.Instances(source.Task);
        if (_faults > 0 && sources > 0 && _random.Next(8) == 0)
        {
            _faults--;
            Losses++;
            _scheduler.SlicingLacksCommits(asked, [_scheduler.State.LatestAttempt(source.Task, _random.Next(sources))]);
            return;
        }

        // Every look at the data finds it spread in another way: what was decided first must stay.
        int[] cuts = [.. Enumerable.Range(1, Math.Max(0, sources - 1)).Where(_ => _random.Next(2) == 0)];
        _scheduler.Sliced(asked, new SliceChoice(source.Split.Over, 1, 1, sources, cuts.Length == 0 ? [] : [new SplitPartition(0, cuts)]));
    }

    private void EndOne(AttemptRef attempt)
    {
        switch (_faults > 0 ? _random.Next(8) : 7)
        {
            case 0:
                _faults--;
                End(attempt, commits: false, new AttemptOutcome(AttemptCause.Failed, RetryCharge.Task, "exit code 1"));
                break;
            case 1:
                _faults--;
                End(attempt, commits: false, new AttemptOutcome(AttemptCause.OutOfMemory, RetryCharge.Task, "out of memory"));
                break;
            case 2 or 3:
                _faults--;
                End(attempt, commits: false, new AttemptOutcome(AttemptCause.Lost, RetryCharge.Infrastructure, "vanished"));
                break;
            default:
                End(attempt, commits: true, new AttemptOutcome(AttemptCause.Lost, RetryCharge.Infrastructure, "exit code 0 without a commit"));
                break;
        }
    }

    private void End(AttemptRef attempt, bool commits, AttemptOutcome otherwise)
    {
        _running.Remove(attempt);
        var key = (attempt.Task, attempt.Index, attempt.Generation);
        if (commits)
        {
            _commits.TryAdd(key, attempt.Attempt);
        }

        for (var times = _random.Next(1, 3); times > 0; times--)
        {
            if (_commits.TryGetValue(key, out var winner))
            {
                _scheduler.Committed(attempt, winner);
            }
            else
            {
                _scheduler.Ended(attempt, otherwise, null, _now);
            }
        }
    }

    private void Check(Decision decision)
    {
        if (decision is SliceDecision slices)
        {
            Demand(_choices.TryAdd(slices.Task, slices.Choice), $"the slices of task {slices.Task} are chosen twice");
            Slices++;
        }

        Demand(decision is not UnsliceDecision, "slices are taken back though the workflow is the same");
        if (decision is not LaunchDecision { Attempt: var attempt, MemoryBytes: var memory, CpuMillicores: var cpu })
        {
            return;
        }

        Demand(_launched.Add(attempt), $"{attempt} is launched twice");
        Demand(!_commits.ContainsKey((attempt.Task, attempt.Index, attempt.Generation)), $"{attempt} is launched after success");
        Demand(_plan.Tasks[attempt.Task].DependsOn.All(_scheduler.State.IsComplete), $"{attempt} is launched before what it depends on");
        Demand(_graph.SplitOf(attempt.Task) is null || attempt.Index < _choices[attempt.Task].Instances, $"{attempt} has no slice");
        ref readonly var instance = ref _scheduler.State.Instance(attempt.Task, attempt.Index);
        var budget = _plan.Tasks[attempt.Task].Retries;
        Demand(instance.TaskFailures <= budget.Task && instance.InfrastructureFailures <= budget.Infrastructure, $"{attempt} is beyond its budget");
        if (_sizer?.SizeOf(attempt, _scheduler.State, _largestMemory, _now) is { } size)
        {
            Demand(memory == size.MemoryBytes && cpu == size.CpuMillicores, $"{attempt} gets another size than the sizer says");
            var counts = _scheduler.State.Task(attempt.Task);
            Demand(counts.Launched == 1 || !_sizer.AwaitsProbe(attempt.Task, _scheduler.State), $"{attempt} is launched beside a probe");
            Demand(!AwaitsSeal(attempt.Task), $"{attempt} is sized before what it reads is sealed");
            return;
        }

        var growth = _largestMemory is { } largest ? Math.Min(2 * instance.ExhaustedBytes, largest) : 2 * instance.ExhaustedBytes;
        Demand(memory == Math.Max(Plans.Memory, growth), $"{attempt} gets {memory} bytes after {instance.ExhaustedBytes} were not enough");
        Demand(memory > instance.ExhaustedBytes || memory == _largestMemory, $"{attempt} gets what was not enough");
        Demand(instance.Losses <= _options.MaxLosses, $"{attempt} begins anew too often");
    }

    // What was passed over in favour of what was launched must have been waiting for something.
    private void CheckOrder(Round round)
    {
        var launches = round.Decisions.OfType<LaunchDecision>().Select(launch => launch.Attempt).ToList();
        if (launches.Count == 0 || _options.InfrastructureRetry.First > TimeSpan.Zero)
        {
            return;
        }

        var last = launches.Max(Place);
        foreach (var task in _graph.Order.Where(task => _plan.Tasks[task].DependsOn.All(_scheduler.State.IsComplete)))
        {
            for (var index = 0; index < _scheduler.State.Instances(task); index++)
            {
                var idle = _scheduler.State.Instance(task, index).Phase == InstancePhase.Idle;
                Demand(
                    !idle || _sizer?.AwaitsProbe(task, _scheduler.State) == true || AwaitsSeal(task) || Place(new AttemptRef(task, index, 0, 0)).CompareTo(last) > 0,
                    $"{task}[{index}] was passed over");
            }
        }

        (int, int) Place(AttemptRef attempt) => (_graph.Order.ToList().IndexOf(attempt.Task), attempt.Index);
    }

    private bool AwaitsSeal(int task) => _sizer?.WeighsInputs(task) == true && _graph.InputTasks[task].Any(
        input => Enumerable.Range(0, _plan.Tasks[input].Outputs.Count).Any(output => !_seals.Contains((input, output, _scheduler.State.Task(input).SealGeneration))));

    private void CheckReplay()
    {
        var replayed = new RunState(_graph);
        for (var i = 0; i < _journal.Count; i++)
        {
            foreach (var decision in JournalEntryFormat.Decode(_journal[i], i, _graph).Decisions)
            {
                replayed.Apply(decision, 0);
            }
        }

        Demand(BytesOf(replayed).AsSpan().SequenceEqual(BytesOf(_scheduler.State)), "the journal says something else than the driver's memory");
    }

    private void CheckEnd(RunOutcome outcome)
    {
        CheckReplay();
        var complete = Enumerable.Range(0, _graph.TaskCount).All(_scheduler.State.IsComplete);
        Demand(outcome == RunOutcome.Succeeded == (complete && _scheduler.State.Failure is null) || outcome == RunOutcome.Cancelled, "the outcome is wrong");
        foreach (var (task, choice) in _choices)
        {
            Demand(_scheduler.State.Instances(task) == choice.Instances, $"task {task} has other instances than were chosen");
        }

        Demand(outcome != RunOutcome.Cancelled || _requests > 0, "cancelled without a request");
        Demand(_scheduler.State.CancelledImmediately || _running.Count == 0, "the run ended before its attempts");
    }

    private static byte[] BytesOf(RunState state)
    {
        var output = new ArrayBufferWriter<byte>();
        state.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    private T Take<T>(List<T> list)
    {
        var index = _random.Next(list.Count);
        var item = list[index];
        list.RemoveAt(index);
        return item;
    }

    private static void Demand(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidOperationException(message);
        }
    }

    private sealed class Tags : IDefinitions
    {
        public ulong TagOf(int task, int index, ReadOnlySpan<int> sealGenerations, InstanceSlice? slice)
        {
            var tag = (ulong)((task * 1000) + index + 1);
            tag = (tag * 1_000_003) + (ulong)(slice?.Sources?.To ?? 0);
            foreach (var generation in sealGenerations)
            {
                tag = (tag * 1_000_003) + (ulong)generation;
            }

            return tag;
        }
    }
}
