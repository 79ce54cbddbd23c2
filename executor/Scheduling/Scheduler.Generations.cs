using Executor.Outcomes;

namespace Executor.Scheduling;

/// <summary>The part that takes over from an earlier driver, and that begins instances anew (docs/protocol.md, rule 7 and revisions).</summary>
internal sealed partial class Scheduler
{
    /// <summary>Goes on from what was found outside. Once, before anything else.</summary>
    public void Restore(RestoredWorld world, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(world);
        var revised = world.Revision != _state.Revision;
        if (world.Resume && (_state.Revision >= 0 || _state.Finished is not null))
        {
            // What was asked of the run before is history.
            Emit(new ResumeDecision(world.CancelsRequested));
        }
        else
        {
            CancelRequested(world.CancelsRequested);
        }

        if (revised)
        {
            Emit(new RevisionDecision(world.Revision));
        }

        foreach (var winner in world.Commits)
        {
            if (_state.Instance(winner.Task, winner.Index) is { Phase: not InstancePhase.Committed } instance
                && instance.Generation == winner.Generation)
            {
                Emit(new CommittedDecision(winner));
            }
        }

        Adopt(world.Existing, now);
        if (!IsStopping && _state.Finished is null)
        {
            CompareDefinitions(revised);
        }

        for (var task = 0; task < _state.Graph.TaskCount; task++)
        {
            for (var output = 0; _state.Task(task).Sealed && output < _state.Graph.Plan.Tasks[task].Outputs.Count; output++)
            {
                if (!world.Seals.Contains((task, output, _state.Task(task).SealGeneration)))
                {
                    AwaitSeal(task, output);
                }
            }
        }
    }

    /// <summary>
    /// Committed data is lost: its instances begin anew, and so does, transitively, every instance that was launched to read the older seals.
    /// Losses of generations that do not count any longer change nothing.
    /// </summary>
    public void DataLost(IEnumerable<AttemptRef> losses)
    {
        foreach (var (task, index, generation, _) in losses)
        {
            if (IsStopping)
            {
                return;
            }

            if (_state.Instance(task, index) is not { Phase: InstancePhase.Committed } instance || instance.Generation != generation)
            {
                continue;
            }

            if (instance.Losses >= _options.MaxLosses)
            {
                Fail($"the committed data of {_state.Graph.Plan.Tasks[task].Name}[{index}] was lost {_options.MaxLosses + 1} times");
                return;
            }

            Raise(task, index, RaiseCause.Loss);
        }
    }

    private void Adopt(IReadOnlyCollection<AttemptRef> existing, DateTimeOffset now)
    {
        foreach (var attempt in existing)
        {
            _live.Add(attempt, running: true);
            if (!_state.IsUnderWay(attempt))
            {
                _live.MarkStray(attempt);
                if (!IsWinner(attempt))
                {
                    Dismiss(attempt);
                }
            }
        }

        for (var task = 0; task < _state.Graph.TaskCount; task++)
        {
            for (var index = 0; index < _state.KnownInstances(task); index++)
            {
                var attempt = _state.LatestAttempt(task, index);
                if (_state.Instance(task, index).Phase == InstancePhase.Launched && !_live.Contains(attempt))
                {
                    Ended(attempt, OutcomeClassifier.Lost("neither the attempt nor a commit was there when this driver took over"), null, now);
                }
            }
        }
    }

    private void CompareDefinitions(bool revised)
    {
        for (var task = 0; task < _state.Graph.TaskCount; task++)
        {
            CompareSlices(task);
            var instances = _state.Instances(task);
            for (var index = 0; index < _state.KnownInstances(task); index++)
            {
                var launchedWith = _state.Instance(task, index).Definition;
                if (launchedWith != 0 && (index >= instances || launchedWith != DefinitionOf(task, index)))
                {
                    Raise(task, index, RaiseCause.Definition);
                }
            }

            // Without instances there is no definition to compare, and the outputs may be declared otherwise now.
            if (_state.Task(task) is { Sealed: true } sealedTask && (sealedTask.SealedInstances != instances || (instances == 0 && revised)))
            {
                Emit(new UnsealDecision(task, sealedTask.SealGeneration + 1));
                RaiseReaders(task);
            }
        }
    }

    private void Raise(int task, int index, RaiseCause cause)
    {
        ref readonly var instance = ref _state.Instance(task, index);
        if (instance.Phase == InstancePhase.Launched)
        {
            Dismiss(_state.LatestAttempt(task, index));
        }

        var wasSealed = _state.Task(task).Sealed;
        Emit(new RaiseDecision(task, index, instance.Generation + 1, cause));
        _queue.Return(task, index);
        if (wasSealed)
        {
            RaiseReaders(task);
        }
    }

    // Every instance that was launched in its generation, committed or not: an attempt that is asked to end may still commit, and what it
    // commits must not be taken for data made from the newer seal.
    private void RaiseReaders(int task)
    {
        _sealsAwaited.RemoveWhere(awaited => awaited.Task == task);
        foreach (var reader in _state.Graph.Readers[task])
        {
            for (var index = 0; index < _state.KnownInstances(reader); index++)
            {
                if (_state.Instance(reader, index).Definition != 0)
                {
                    Raise(reader, index, RaiseCause.Upstream);
                }
            }
        }
    }

    private ulong DefinitionOf(int task, int index) => _definitions.TagOf(task, index, _state.SealGenerationsOf(task), _state.SliceOf(task, index));
}
