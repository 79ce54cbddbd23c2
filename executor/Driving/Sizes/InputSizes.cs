using Executor.Contracts.Records;
using Executor.Planning;
using Executor.Scheduling;

namespace Executor.Driving.Sizes;

/// <summary>How many bytes instances of sized tasks read, by the seals of what they read. Not thread-safe.</summary>
internal sealed class InputSizes
{
    private readonly TaskGraph _graph;
    private readonly (int Task, int Output)[]?[] _inputs;
    private readonly Dictionary<(int Task, int Output), SealedBytes?> _sealed = [];

    /// <summary>Sizes of a plan, of which no seal is known.</summary>
    public InputSizes(TaskGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        _inputs = [.. graph.Plan.Tasks.Select((task, ordinal) => task.Sizing is null ? null : task.Inputs.Select((input, i) => Source(ordinal, i, input)).ToArray())];
        foreach (var source in _inputs.Where(inputs => inputs is not null).SelectMany(inputs => inputs!))
        {
            _sealed[source] = null;
        }
    }

    /// <summary>The outputs whose seals are wanted, in order.</summary>
    public IReadOnlyList<(int Task, int Output)> Wanted => [.. _sealed.Keys.Order()];

    /// <summary>A seal stands.</summary>
    public void Sealed(int task, int output, SealRecord seal)
    {
        ArgumentNullException.ThrowIfNull(seal);
        if (_sealed.ContainsKey((task, output)))
        {
            _sealed[(task, output)] = new SealedBytes(seal);
        }
    }

    /// <summary>
    /// The bytes that an instance reads; null if it reads nothing, or if a seal is not known. Where it reads a slice, an equal share of the partition; where it
    /// reads what one instance wrote, a share by blocks.
    /// </summary>
    public double? Of(int task, int index, RunState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (_inputs[task] is not { Length: > 0 } inputs)
        {
            return null;
        }

        var sum = 0.0;
        for (var i = 0; i < inputs.Length; i++)
        {
            if (_sealed[inputs[i]] is not { } bytes || bytes.Generation != state.Task(inputs[i].Task).SealGeneration)
            {
                return null;
            }

            var input = _graph.Plan.Tasks[task].Inputs[i];
            var slice = state.SliceOf(task, index);
            sum += input.Read switch
            {
                ReadMode.Partition => bytes.OfPartition(slice?.Partition ?? index) / (input.From == _graph.Plan.Tasks[task].Split?.Over ? slice?.Slices ?? 1 : 1),
                ReadMode.SameIndex => bytes.OfInstance(index),
                _ => bytes.Total,
            };
        }

        return sum;
    }

    private (int Task, int Output) Source(int task, int input, PlannedInput planned)
    {
        var producer = _graph.InputTasks[task][input];
        var outputs = _graph.Plan.Tasks[producer].Outputs;
        return (producer, Enumerable.Range(0, outputs.Count).First(place => outputs[place].Name == planned.From.Output));
    }

    private sealed class SealedBytes
    {
        private readonly Dictionary<int, double> _partitions = [];
        private readonly Dictionary<int, double> _shares = [];

        public SealedBytes(SealRecord seal)
        {
            Generation = seal.Generation;
            foreach (var partition in seal.Partitions)
            {
                _partitions[partition.Partition] = partition.Bytes;
                Total += partition.Bytes;
            }

            var blocks = seal.Instances.Sum(instance => (double)instance.Blocks);
            foreach (var instance in seal.Instances.Where(instance => instance.Blocks > 0))
            {
                _shares[instance.Index] = instance.Blocks / blocks;
            }
        }

        public int Generation { get; }

        public double Total { get; }

        public double OfPartition(int partition) => _partitions.GetValueOrDefault(partition);

        public double OfInstance(int index) => Total * _shares.GetValueOrDefault(index);
    }
}
