using Executor.Outcomes;

namespace Executor.Scheduling;

/// <summary>The part that takes decisions in.</summary>
internal sealed partial class RunState
{
    /// <summary>Takes in one decision.</summary>
    /// <param name="decision">The decision, about tasks and instances that the plan has.</param>
    /// <param name="epoch">The epoch of the driver that made it.</param>
    public void Apply(Decision decision, long epoch)
    {
        switch (decision)
        {
            case LaunchDecision launch:
                Launch(launch);
                break;
            case OutcomeDecision outcome:
                End(outcome);
                break;
            case CommittedDecision committed:
                Commit(committed.Winner);
                break;
            case RaiseDecision raise:
                Raise(raise);
                break;
            case SealDecision seal when seal.Generation == _tasks[seal.Task].SealGeneration && !_tasks[seal.Task].Sealed:
                _tasks[seal.Task].Sealed = true;
                _tasks[seal.Task].SealEpoch = epoch;
                _tasks[seal.Task].SealedInstances = seal.Instances;
                break;
            case UnsealDecision unseal when unseal.Generation > _tasks[unseal.Task].SealGeneration:
                Unseal(ref _tasks[unseal.Task], unseal.Generation);
                break;
            case SliceDecision slices when Graph.SplitOf(slices.Task) is not null && _choices[slices.Task] is null:
                _choices[slices.Task] = slices.Choice;
                Require(slices.Task, slices.Choice.Instances);
                Recount(slices.Task);
                break;
            case UnsliceDecision unslice:
                _choices[unslice.Task] = null;
                Recount(unslice.Task);
                break;
            case RevisionDecision revision:
                Revision = revision.Revision;
                break;
            case ResumeDecision resume:
                Resume();
                HonouredRequests = Math.Max(HonouredRequests, resume.Requests);
                break;
            case CancelDecision cancel:
                Cancelled = true;
                CancelledImmediately |= cancel.Immediately;
                HonouredRequests = Math.Max(HonouredRequests, cancel.Requests);
                break;
            case FailDecision fail:
                Failure ??= fail.Reason;
                break;
            case FinishDecision finish:
                Finished = finish.Outcome;
                break;
            default:
                break;
        }
    }

    private void Launch(LaunchDecision launch)
    {
        ref var instance = ref At(launch.Attempt);
        if (instance.Generation != launch.Attempt.Generation || instance.Phase is InstancePhase.Committed)
        {
            return;
        }

        ref var task = ref _tasks[launch.Attempt.Task];
        task.Retries += instance.Attempt > 0 ? 1 : 0;
        instance.Attempt = launch.Attempt.Attempt;
        instance.Definition = launch.Definition;
        instance.MemoryBytes = launch.MemoryBytes;
        instance.CpuMillicores = launch.CpuMillicores ?? 0;
        Move(launch.Attempt.Task, launch.Attempt.Index, InstancePhase.Launched);
    }

    private void End(OutcomeDecision outcome)
    {
        if (!IsUnderWay(outcome.Attempt))
        {
            return;
        }

        ref var instance = ref At(outcome.Attempt);
        instance.LastCause = outcome.Outcome.Cause;
        if (outcome.Outcome.Cause == AttemptCause.OutOfMemory)
        {
            instance.ExhaustedBytes = Math.Max(instance.ExhaustedBytes, instance.MemoryBytes);
        }

        switch (outcome.Outcome.Charge)
        {
            case RetryCharge.Task:
                instance.TaskFailures++;
                break;
            case RetryCharge.Infrastructure:
                instance.InfrastructureFailures++;
                break;
            default:
                break;
        }

        Move(outcome.Attempt.Task, outcome.Attempt.Index, outcome.Final ? InstancePhase.Failed : InstancePhase.Idle);
    }

    private void Commit(AttemptRef winner)
    {
        ref var instance = ref At(winner);
        if (instance.Generation == winner.Generation)
        {
            instance.Attempt = winner.Attempt;
            Move(winner.Task, winner.Index, InstancePhase.Committed);
        }
    }

    private void Raise(RaiseDecision raise)
    {
        ref var instance = ref At(raise.Task, raise.Index);
        if (raise.Generation <= instance.Generation)
        {
            return;
        }

        ref var task = ref _tasks[raise.Task];
        Move(raise.Task, raise.Index, InstancePhase.Idle);
        instance = new InstanceState
        {
            Generation = raise.Generation,
            Losses = (byte)(instance.Losses + (raise.Cause == RaiseCause.Loss ? 1 : 0)),

            // The same definition needs the same memory again; another one may need less.
            ExhaustedBytes = raise.Cause == RaiseCause.Definition ? 0 : instance.ExhaustedBytes,
            LastCause = instance.LastCause,
        };
        if (task.Sealed)
        {
            Unseal(ref task, task.SealGeneration + 1);
        }
    }

    private void Resume()
    {
        Cancelled = false;
        CancelledImmediately = false;
        Failure = null;
        Finished = null;
        for (var task = 0; task < _instances.Length; task++)
        {
            for (var index = 0; index < _instances[task].Length; index++)
            {
                ref var instance = ref _instances[task][index];
                instance.TaskFailures = 0;
                instance.InfrastructureFailures = 0;
                if (instance.Phase == InstancePhase.Failed)
                {
                    Move(task, index, InstancePhase.Idle);
                }
            }
        }
    }

    // Instances that the task does not have any longer are in no count.
    private void Move(int task, int index, InstancePhase to)
    {
        ref var instance = ref _instances[task][index];
        if (index < Instances(task))
        {
            Count(ref _tasks[task], instance.Phase, -1);
            Count(ref _tasks[task], to, 1);
        }

        instance.Phase = to;
    }

    private void Recount(int task)
    {
        ref var counts = ref _tasks[task];
        counts.Committed = counts.Launched = counts.Failed = 0;
        foreach (ref readonly var instance in _instances[task].AsSpan(0, Instances(task)))
        {
            Count(ref counts, instance.Phase, 1);
        }
    }

    private static void Count(ref TaskState task, InstancePhase phase, int change)
    {
        switch (phase)
        {
            case InstancePhase.Launched:
                task.Launched += change;
                break;
            case InstancePhase.Committed:
                task.Committed += change;
                break;
            case InstancePhase.Failed:
                task.Failed += change;
                break;
            default:
                break;
        }
    }

    private static void Unseal(ref TaskState task, int generation)
    {
        task.Sealed = false;
        task.SealGeneration = generation;
        task.SealEpoch = 0;
        task.SealedInstances = 0;
    }

    private ref InstanceState At(AttemptRef attempt) => ref At(attempt.Task, attempt.Index);

    // Of a task whose partitions are split the journal may tell of instances that it had under another revision.
    private ref InstanceState At(int task, int index)
    {
        Require(task, index + 1);
        return ref _instances[task][index];
    }

    private void Require(int task, int instances)
    {
        if (instances > _instances[task].Length)
        {
            Array.Resize(ref _instances[task], instances);
        }
    }
}
