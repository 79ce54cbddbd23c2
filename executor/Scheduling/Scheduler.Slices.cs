using Executor.Planning;

namespace Executor.Scheduling;

/// <summary>
/// The part that counts the instances of tasks whose partitions are split: once, when what they read is sealed, and from then on as the journal says.
/// </summary>
internal sealed partial class Scheduler
{
    /// <summary>The slices of a task were chosen. They count if what was looked at still does; else they are asked for again.</summary>
    public void Sliced(SliceEffect asked, SliceChoice choice)
    {
        if (Answered(asked))
        {
            Emit(new SliceDecision(asked.Task, choice));
        }
    }

    /// <summary>The slices cannot be chosen because commits of what is split are missing or damaged: their data is lost.</summary>
    /// <param name="asked">What was asked.</param>
    /// <param name="losses">The commits; the attempts' numbers do not matter.</param>
    public void SlicingLacksCommits(SliceEffect asked, IEnumerable<AttemptRef> losses)
    {
        if (Answered(asked))
        {
            DataLost(losses);
        }
    }

    private bool Answered(SliceEffect asked) =>
        _slicesAwaited.Remove(asked) && !IsStopping && _state.Finished is null && IsToBeSliced(asked.Task)
        && _state.Task(_state.Graph.SplitOf(asked.Task)!.Task).SealGeneration == asked.SealGeneration;

    private void AskForSlices()
    {
        foreach (var task in _state.Graph.SplitTasks)
        {
            var source = _state.Graph.SplitOf(task)!;
            var asked = new SliceEffect(task, _state.Task(source.Task).SealGeneration);
            if (IsToBeSliced(task) && !_sealsAwaited.Contains((source.Task, source.Output)) && _slicesAwaited.Add(asked))
            {
                _effects.Add(asked);
            }
        }
    }

    private bool AwaitsSlices() => _state.Graph.SplitTasks.Any(IsToBeSliced);

    private bool IsToBeSliced(int task) => !_state.IsCounted(task) && _state.Task(_state.Graph.SplitOf(task)!.Task).Sealed;

    // Data that was lost is made again by the same definitions, and slices by producing instance fit it whatever it is. With another workflow it may be
    // spread in quite another way.
    private void CompareSlices(int task)
    {
        if (_state.SlicesOf(task) is { } choice && _state.Graph.SplitOf(task) is { } source
            && (choice.Over != source.Split.Over || choice.AboveBytes != source.Split.AboveBytes || choice.Partitions != source.Partitions
                || choice.Sources != _state.Instances(source.Task) || BeginsAnew(source.Task)))
        {
            Emit(new UnsliceDecision(task));
        }
    }

    private bool BeginsAnew(int task) => _decisions.Exists(decision => decision switch
    {
        RaiseDecision raise => raise.Task == task,
        UnsealDecision unseal => unseal.Task == task,
        _ => false,
    });
}
