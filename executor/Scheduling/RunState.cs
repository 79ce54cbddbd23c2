using System.Buffers;
using System.Runtime.InteropServices;
using Executor.Planning;

namespace Executor.Scheduling;

/// <summary>
/// What the journal says of a run: the fold of its decisions, the same whether a live driver made them or a later one reads them. Decisions
/// about generations or attempts that do not count any longer change nothing. Not thread-safe.
/// </summary>
internal sealed partial class RunState
{
    private static readonly InstanceState[] Unheard = new InstanceState[1];
    private readonly InstanceState[][] _instances;
    private readonly TaskState[] _tasks;
    private readonly SliceChoice?[] _choices;

    /// <summary>A run of which nothing is decided.</summary>
    public RunState(TaskGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Graph = graph;
        _instances = [.. Enumerable.Range(0, graph.TaskCount).Select(task => new InstanceState[graph.SplitOf(task) is null ? graph.PlannedInstances(task) : 0])];
        _tasks = new TaskState[graph.TaskCount];
        _choices = new SliceChoice?[graph.TaskCount];
    }

    private RunState(RunState other)
    {
        Graph = other.Graph;
        _instances = Array.ConvertAll(other._instances, instances => instances.ToArray());
        _tasks = [.. other._tasks];
        _choices = [.. other._choices];
        HonouredRequests = other.HonouredRequests;
        Cancelled = other.Cancelled;
        CancelledImmediately = other.CancelledImmediately;
        Failure = other.Failure;
        Finished = other.Finished;
        Revision = other.Revision;
    }

    /// <summary>The plan's graph.</summary>
    public TaskGraph Graph { get; }

    /// <summary>True while the run is being cancelled, or was.</summary>
    public bool Cancelled { get; private set; }

    /// <summary>True if the attempts' ends are not waited for.</summary>
    public bool CancelledImmediately { get; private set; }

    /// <summary>How many cancel requests were honoured, over the whole life of the run.</summary>
    public int HonouredRequests { get; private set; }

    /// <summary>Why the run fails, where that is not one attempt's doing.</summary>
    public string? Failure { get; private set; }

    /// <summary>How the run ended; null while it has not.</summary>
    public RunOutcome? Finished { get; private set; }

    /// <summary>The workflow's revision; -1 before the first.</summary>
    public int Revision { get; private set; } = -1;

    /// <summary>An instance; as new where nothing was ever decided of it.</summary>
    public ref readonly InstanceState Instance(int task, int index)
    {
        var instances = _instances[task];
        return ref index < instances.Length ? ref instances[index] : ref Unheard[0];
    }

    /// <summary>How many instances the task has; 0 while that is not known.</summary>
    public int Instances(int task) => Graph.SplitOf(task) is null ? Graph.PlannedInstances(task) : _choices[task]?.Instances ?? 0;

    /// <summary>True if it is known how many instances the task has: always, unless its partitions are split.</summary>
    public bool IsCounted(int task) => Graph.SplitOf(task) is null || _choices[task] is not null;

    /// <summary>Of the instances from this index on nothing was ever decided. Those that the task does not have any longer are before it.</summary>
    public int KnownInstances(int task) => _instances[task].Length;

    /// <summary>The slices of a task whose partitions are split; null while they are not chosen, and for other tasks.</summary>
    public SliceChoice? SlicesOf(int task) => _choices[task];

    /// <summary>What an instance reads of a partition; null where the task's partitions are not split.</summary>
    public InstanceSlice? SliceOf(int task, int index) => _choices[task]?.At(index);

    /// <summary>A task.</summary>
    public ref readonly TaskState Task(int task) => ref _tasks[task];

    /// <summary>True if every instance of the task has a commit.</summary>
    public bool IsComplete(int task) => IsCounted(task) && _tasks[task].Committed == Instances(task);

    /// <summary>True if the attempt is its instance's latest, in the generation that counts, and no end of it is known.</summary>
    public bool IsUnderWay(AttemptRef attempt)
    {
        ref readonly var instance = ref Instance(attempt.Task, attempt.Index);
        return instance.Phase == InstancePhase.Launched && instance.Generation == attempt.Generation && instance.Attempt == attempt.Attempt;
    }

    /// <summary>
    /// True if it is decided what became of the attempt: its outcome, a commit of its generation or a raise beyond it stands. False for one that
    /// is under way, and for one that a later driver has launched, of which this state does not know.
    /// </summary>
    public bool IsSettled(AttemptRef attempt)
    {
        ref readonly var instance = ref Instance(attempt.Task, attempt.Index);
        return attempt.Generation < instance.Generation
            || (attempt.Generation == instance.Generation
                && (instance.Phase == InstancePhase.Committed
                    || attempt.Attempt < instance.Attempt
                    || (attempt.Attempt == instance.Attempt && instance.Phase != InstancePhase.Launched)));
    }

    /// <summary>The instance's latest attempt.</summary>
    public AttemptRef LatestAttempt(int task, int index)
    {
        ref readonly var instance = ref Instance(task, index);
        return new AttemptRef(task, index, instance.Generation, instance.Attempt);
    }

    /// <summary>The generation of the seal that each of the task's inputs reads, in declared order.</summary>
    public int[] SealGenerationsOf(int task) => Array.ConvertAll(Graph.InputTasks[task], input => _tasks[input].SealGeneration);

    /// <summary>The generations of the task's instances, in order of index.</summary>
    public int[] GenerationsOf(int task)
    {
        var generations = new int[Instances(task)];
        for (var index = 0; index < generations.Length; index++)
        {
            generations[index] = Instance(task, index).Generation;
        }

        return generations;
    }

    /// <summary>A copy that later decisions do not change.</summary>
    public RunState Clone() => new(this);

    /// <summary>Writes everything that decisions have made of the state: equal bytes are equal states.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        for (var task = 0; task < _instances.Length; task++)
        {
            foreach (ref readonly var instance in _instances[task].AsSpan())
            {
                Write(output, [
                    (long)instance.Definition, instance.MemoryBytes, instance.ExhaustedBytes, instance.CpuMillicores, instance.Generation, instance.Attempt,
                    instance.TaskFailures, instance.InfrastructureFailures, instance.Losses, (long)instance.Phase]);
            }

            if (_choices[task] is { } choice)
            {
                Write(output, [-1, choice.Instances, .. choice.Split.SelectMany(split => split.Cuts.Prepend(-1 - split.Partition)).Select(number => (long)number)]);
            }
        }

        foreach (ref readonly var task in _tasks.AsSpan())
        {
            Write(output, [task.SealGeneration, task.Sealed ? 1 : 0, task.SealEpoch, task.SealedInstances, task.Committed, task.Failed]);
        }

        Write(output, [
            Cancelled ? 1 : 0, CancelledImmediately ? 1 : 0, HonouredRequests, Failure is null ? 0 : 1, (long?)Finished ?? -1, Revision]);
    }

    private static void Write(IBufferWriter<byte> output, ReadOnlySpan<long> values) => output.Write(MemoryMarshal.AsBytes(values));
}
