using System.Buffers;
using System.Runtime.InteropServices;

namespace Executor.Scheduling;

/// <summary>
/// Which instance is launched next: of the first task in <see cref="TaskGraph.Order"/> that is ready, the lowest index. Instances never
/// launched cost nothing: a cursor per task walks over them, and only those that come back are kept. Not thread-safe.
/// </summary>
internal sealed class LaunchQueue
{
    private readonly RunState _state;
    private readonly int[] _cursors;
    private readonly SortedSet<int>?[] _returned;
    private readonly SortedSet<(long DueTicks, int Task, int Index)> _delayed = [];
    private readonly Dictionary<(int Task, int Index), long> _dueTicks = [];

    /// <summary>A queue of all instances that are idle in a state.</summary>
    public LaunchQueue(RunState state)
    {
        _state = state;
        _cursors = new int[state.Graph.TaskCount];
        _returned = new SortedSet<int>?[state.Graph.TaskCount];
    }

    private LaunchQueue(LaunchQueue other, RunState state)
    {
        _state = state;
        _cursors = [.. other._cursors];
        _returned = [.. other._returned.Select(set => set is null ? null : new SortedSet<int>(set))];
        _delayed = [.. other._delayed];
        _dueTicks = new Dictionary<(int Task, int Index), long>(other._dueTicks);
    }

    /// <summary>When the next delayed instance comes back; null if none is delayed.</summary>
    public DateTimeOffset? NextDue => _delayed.Count > 0 ? new DateTimeOffset(_delayed.Min.DueTicks, TimeSpan.Zero) : null;

    /// <summary>Puts an idle instance back.</summary>
    /// <param name="task">The task's ordinal.</param>
    /// <param name="index">The instance.</param>
    /// <param name="due">Not before this; at once if null.</param>
    public void Return(int task, int index, DateTimeOffset? due = null)
    {
        if (_dueTicks.Remove((task, index), out var earlier))
        {
            _delayed.Remove((earlier, task, index));
        }

        if (due is { } time)
        {
            _dueTicks[(task, index)] = time.UtcTicks;
            _delayed.Add((time.UtcTicks, task, index));
            return;
        }

        if (index < _cursors[task])
        {
            (_returned[task] ??= []).Add(index);
        }
    }

    /// <summary>Lets the instances back in whose delay is over.</summary>
    public void Release(DateTimeOffset now)
    {
        while (_delayed.Count > 0 && _delayed.Min.DueTicks <= now.UtcTicks)
        {
            Return(_delayed.Min.Task, _delayed.Min.Index);
        }
    }

    /// <summary>Takes the next instance of a task that waits for nothing.</summary>
    /// <param name="isHeldBack">True for a task that is to be passed over.</param>
    /// <param name="task">The task's ordinal.</param>
    /// <param name="index">The instance.</param>
    public bool TryTake(Func<int, bool> isHeldBack, out int task, out int index)
    {
        foreach (var candidate in _state.Graph.Order)
        {
            if (IsReady(candidate) && !isHeldBack(candidate) && TryTake(candidate, out index))
            {
                task = candidate;
                return true;
            }
        }

        (task, index) = (0, 0);
        return false;
    }

    /// <summary>A copy that changes by itself, over a copy of the state.</summary>
    public LaunchQueue Clone(RunState state) => new(this, state);

    /// <summary>Writes the state in a canonical form.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        foreach (var (dueTicks, task, index) in _delayed)
        {
            output.Write(MemoryMarshal.AsBytes<long>([dueTicks, task, index]));
        }
    }

    private bool IsReady(int task)
    {
        if (_state.Task(task).Committed + _state.Task(task).Launched + _state.Task(task).Failed == _state.Instances(task))
        {
            return false;
        }

        foreach (var before in _state.Graph.Plan.Tasks[task].DependsOn)
        {
            if (!_state.IsComplete(before))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryTake(int task, out int index)
    {
        while (_returned[task] is { Count: > 0 } returned)
        {
            index = returned.Min;
            returned.Remove(index);
            if (IsLaunchable(task, index))
            {
                return true;
            }
        }

        ref var cursor = ref _cursors[task];
        while (cursor < _state.Instances(task))
        {
            index = cursor++;
            if (IsLaunchable(task, index))
            {
                return true;
            }
        }

        index = 0;
        return false;
    }

    private bool IsLaunchable(int task, int index) =>
        index < _state.Instances(task) && _state.Instance(task, index).Phase == InstancePhase.Idle && !_dueTicks.ContainsKey((task, index));
}
