using Executor.Outcomes;

namespace Executor.Scheduling;

/// <summary>The part that takes steps: launching, sealing, stopping, finishing.</summary>
internal sealed partial class Scheduler
{
    /// <summary>Per task, how many instances have an attempt under way that is not seen to run yet.</summary>
    public int[] CountPending()
    {
        var counts = new int[_state.Graph.TaskCount];
        foreach (var attempt in _live.All())
        {
            counts[attempt.Task] += _live.IsPending(attempt) && _state.IsUnderWay(attempt) ? 1 : 0;
        }

        return counts;
    }

    private void Launch(DateTimeOffset now)
    {
        while (_gate.Room(now) > 0 && _gate.TryTakeHeld(out var held))
        {
            if (_state.IsUnderWay(held) && _live.Contains(held))
            {
                _gate.Begin(held);
                _effects.Add(StartOf(held));
            }
            else
            {
                _live.Remove(held);
            }
        }

        _queue.Release(now);
        while (!_gate.IsHolding && _gate.Room(now) > 0
            && _live.Count < _options.MaxParallel && _live.Pending < _options.PendingLimit
            && _queue.TryTake(IsHeldBack, out var task, out var index))
        {
            ref readonly var instance = ref _state.Instance(task, index);
            var attempt = new AttemptRef(task, index, instance.Generation, instance.Attempt + 1);
            var size = _sizer?.SizeOf(attempt, _state, LargestMemoryBytes, now);
            var memory = size?.MemoryBytes
                ?? AttemptMemory.Next(_state.Graph.Plan.Tasks[task].Resources.MemoryBytes, instance.ExhaustedBytes, LargestMemoryBytes);
            var definition = instance.Definition != 0 ? instance.Definition : DefinitionOf(task, index);
            Emit(new LaunchDecision(attempt, definition, memory) { CpuMillicores = size?.CpuMillicores });
            _live.Add(attempt, running: false);
            _gate.Begin(attempt);
            _effects.Add(StartOf(attempt));
        }
    }

    // What is not sized does not wait for seals: readers do, while their pods start.
    private bool IsHeldBack(int task) => _sizer is not null
        && ((_state.Task(task).Launched > 0 && _sizer.AwaitsProbe(task, _state))
            || (_sealsAwaited.Count > 0 && _sizer.WeighsInputs(task) && _sealsAwaited.Any(seal => _state.Graph.InputTasks[task].Contains(seal.Task))));

    private StartEffect StartOf(AttemptRef attempt)
    {
        ref readonly var instance = ref _state.Instance(attempt.Task, attempt.Index);
        return new StartEffect(attempt, instance.MemoryBytes) { CpuMillicores = instance.CpuMillicores > 0 ? instance.CpuMillicores : null };
    }

    private void SealComplete()
    {
        for (var task = 0; task < _state.Graph.TaskCount; task++)
        {
            var outputs = _state.Graph.Plan.Tasks[task].Outputs.Count;
            if (outputs == 0 || _state.Task(task).Sealed || !_state.IsComplete(task))
            {
                continue;
            }

            Emit(new SealDecision(task, _state.Task(task).SealGeneration, _state.Instances(task)));
            for (var output = 0; output < outputs; output++)
            {
                AwaitSeal(task, output);
            }
        }
    }

    private void AwaitSeal(int task, int output)
    {
        _sealsAwaited.Add((task, output));
        _effects.Add(new SealEffect(task, output, _state.Task(task).SealGeneration, _state.Task(task).SealEpoch));
    }

    private void Stop()
    {
        while (_gate.TryTakeHeld(out var held))
        {
            if (_live.Remove(held) && _state.IsUnderWay(held))
            {
                var outcome = new AttemptOutcome(AttemptCause.Cancelled, RetryCharge.None, "cancelled before there was room for it");
                Emit(new OutcomeDecision(held, outcome, Final: false, Usage: null));
            }
        }

        var level = _state.CancelledImmediately ? StopLevel.Immediate
            : _state.Cancelled || _state.Failure is not null || _options.OnFailure == FailurePolicy.CancelRunning ? StopLevel.Orderly
            : StopLevel.None;
        if (level <= _stopAsked)
        {
            return;
        }

        _stopAsked = level;
        foreach (var attempt in _live.All())
        {
            if (_live.AskToEnd(attempt, level == StopLevel.Immediate))
            {
                _effects.Add(new CancelEffect(attempt, level == StopLevel.Immediate));
            }
        }
    }

    private void FinishIfDone()
    {
        var succeeded = _sealsAwaited.Count == 0 && AllComplete();
        if (succeeded && _live.Count > 0)
        {
            // Whatever still exists is of no use to anybody.
            foreach (var attempt in _live.All())
            {
                Dismiss(attempt);
            }
        }

        if (_live.Count > 0 && !_state.CancelledImmediately)
        {
            return;
        }

        RunOutcome? outcome = succeeded && _state.Failure is null ? RunOutcome.Succeeded
            : _state.Cancelled ? RunOutcome.Cancelled
            : IsFailing || (HasFailures && NothingLeftToLaunch()) ? RunOutcome.Failed
            : null;
        if (outcome is { } how)
        {
            Emit(new FinishDecision(how));
        }
    }

    // Only asked while nothing exists: what could be launched has been, but for what waits for a time or for room.
    private bool NothingLeftToLaunch() => NextDue is null && _live.Count == 0 && !AwaitsSlices();

    private bool AllComplete()
    {
        for (var task = 0; task < _state.Graph.TaskCount; task++)
        {
            if (!_state.IsComplete(task) || (_state.Graph.Plan.Tasks[task].Outputs.Count > 0 && !_state.Task(task).Sealed))
            {
                return false;
            }
        }

        return true;
    }
}
