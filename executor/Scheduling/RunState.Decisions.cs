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
        Move(ref instance, ref task, InstancePhase.Launched);
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

        Move(ref instance, ref _tasks[outcome.Attempt.Task], outcome.Final ? InstancePhase.Failed : InstancePhase.Idle);
    }

    private void Commit(AttemptRef winner)
    {
        ref var instance = ref At(winner);
        if (instance.Generation == winner.Generation)
        {
            instance.Attempt = winner.Attempt;
            Move(ref instance, ref _tasks[winner.Task], InstancePhase.Committed);
        }
    }

    private void Raise(RaiseDecision raise)
    {
        ref var instance = ref _instances[Graph.Slot(raise.Task, raise.Index)];
        if (raise.Generation <= instance.Generation)
        {
            return;
        }

        ref var task = ref _tasks[raise.Task];
        Move(ref instance, ref task, InstancePhase.Idle);
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
        for (var slot = 0; slot < _instances.Length; slot++)
        {
            ref var instance = ref _instances[slot];
            instance.TaskFailures = 0;
            instance.InfrastructureFailures = 0;
            if (instance.Phase == InstancePhase.Failed)
            {
                Move(ref instance, ref _tasks[Graph.At(slot).Task], InstancePhase.Idle);
            }
        }
    }

    private static void Move(ref InstanceState instance, ref TaskState task, InstancePhase to)
    {
        Count(ref task, instance.Phase, -1);
        instance.Phase = to;
        Count(ref task, to, 1);
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

    private ref InstanceState At(AttemptRef attempt) => ref _instances[Graph.Slot(attempt.Task, attempt.Index)];
}
