using System.Collections.Concurrent;
using System.Globalization;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Workflows.Values;

namespace Executor.Planning;

/// <summary>Makes the descriptors of a run's attempts: a function of plan, attempt and seals. Thread-safe.</summary>
internal sealed class DescriptorFactory
{
    private readonly RunPlan _plan;
    private readonly string _run;
    private readonly IReadOnlyList<Uri> _stores;
    private readonly IReadOnlyDictionary<string, CodeLocation> _code;
    private readonly string[] _taskDefinitions;
    private readonly ConcurrentDictionary<int, ParsedTask> _parsed = new();

    /// <summary>Prepares a run.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="stores">The store's addresses.</param>
    /// <param name="code">
    /// Where the code is, by <see cref="PlannedDotnetTask.Source"/> and <see cref="PlannedCode.Folder"/>. A source without an entry is taken to be
    /// an assembly, and a folder without one is left out, which does for looking at a plan, but not for running it.
    /// </param>
    public DescriptorFactory(RunPlan plan, string run, IReadOnlyList<Uri> stores, IReadOnlyDictionary<string, CodeLocation>? code = null)
    {
        _plan = plan;
        _run = run;
        _stores = stores;
        _code = code ?? new Dictionary<string, CodeLocation>();
        var byName = new Dictionary<string, string>();
        foreach (var task in plan.Tasks)
        {
            byName[task.Name] = DefinitionHasher.OfTask(plan, task, name => byName[name]);
        }

        _taskDefinitions = [.. plan.Tasks.Select(t => byName[t.Name])];
    }

    /// <summary>The hash of a task's definition.</summary>
    /// <param name="task">The task's ordinal in the plan.</param>
    public string TaskDefinition(int task) => _taskDefinitions[task];

    /// <summary>The descriptor of an attempt.</summary>
    /// <param name="task">The task's ordinal in the plan.</param>
    /// <param name="index">The instance.</param>
    /// <param name="generation">The instance's generation.</param>
    /// <param name="attempt">The retry number, from one.</param>
    /// <param name="sealGenerations">The seal's generation to read for each input, in the order of the task's inputs.</param>
    /// <param name="resources">The limits where they are not the task's own.</param>
    /// <param name="slice">What the instance reads of a partition; for tasks with <see cref="PlannedTask.Split"/>, and for no others.</param>
    public TaskDescriptor Create(
        int task, int index, int generation, int attempt, IReadOnlyList<int> sealGenerations, ResourceLimits? resources = null, InstanceSlice? slice = null)
    {
        var planned = _plan.Tasks[task];
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNotEqual(slice.HasValue, planned.Split is not null);
        if (slice is null)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, planned.Instances);
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(sealGenerations.Count, planned.Inputs.Count);

        var parsed = _parsed.GetOrAdd(task, static (_, t) => new ParsedTask(t), planned);
        var item = planned.Items?[index];
        string Expand(Template template) =>
            template.Expand(name => ValueOf(name, index, item))
            ?? throw new InvalidOperationException($"a placeholder of the task '{planned.Name}' has no value in '{template.Text}'");

        var location = (planned.Dotnet?.Source ?? planned.Code?.Folder) is { } source ? _code.GetValueOrDefault(source) : null;
        var descriptor = new TaskDescriptor
        {
            Attempt = new AttemptId(_run, planned.Name, index, generation, attempt),
            Definition = "",
            TaskDefinition = _taskDefinitions[task],
            Stores = _stores,
            Command = parsed.Command?.Select(Expand).ToList(),
            Dotnet = planned.Dotnet is { } dotnet ? new DotnetTask(location?.Assembly ?? dotnet.Source, dotnet.Type) : null,
            Code = location?.Bundle,
            WorkingDirectory = parsed.WorkingDirectory is { } directory ? Expand(directory) : null,
            Environment = parsed.Environment.ToDictionary(v => v.Key, v => Expand(v.Value)),
            Parameters = _plan.Parameters,
            Item = item,
            Slice = slice is { } part ? new SliceDescriptor(part.Partition, part.Slice, part.Slices) : null,
            Inputs = [.. planned.Inputs.Select((input, i) => Bind(input, index, sealGenerations[i], input.From == planned.Split?.Over, slice))],
            Outputs = parsed.Outputs,
            Resources = resources ?? planned.Resources,
            Timeout = planned.Timeout,
        };
        return descriptor with { Definition = DefinitionHasher.OfInstance(planned, descriptor) };
    }

    /// <summary>What a task's first instance is given as far as it is known before the run, to look at: first attempt, first seals, nothing split.</summary>
    /// <param name="task">The task's ordinal in the plan, which has instances.</param>
    public TaskDescriptor CreateFirst(int task) => Create(
        task, index: 0, generation: 0, attempt: 1, new int[_plan.Tasks[task].Inputs.Count], resources: null, _plan.Tasks[task].Split is null ? null : InstanceSlice.First);

    private string? ValueOf(string name, int index, string? item) => name switch
    {
        "index" => index.ToString(CultureInfo.InvariantCulture),
        "item" => item,
        "run.id" => _run,
        _ when name.StartsWith(ParameterResolver.Prefix, StringComparison.Ordinal) =>
            _plan.Parameters.GetValueOrDefault(name[ParameterResolver.Prefix.Length..]),
        _ => null,
    };

    // What is partitioned alike is read by each slice whole, beside it.
    private static InputDescriptor Bind(PlannedInput input, int index, int sealGeneration, bool isSplit, InstanceSlice? slice) => new()
    {
        From = input.From,
        SealGeneration = sealGeneration,
        Partition = input.Read == ReadMode.Partition ? slice?.Partition ?? index : null,
        SourceIndex = input.Read == ReadMode.SameIndex ? index : null,
        Sources = isSplit ? slice?.Sources : null,
        Format = input.Format,
        Stdin = input.Stdin,
    };

    /// <summary>A task with its templates parsed once for all instances.</summary>
    private sealed class ParsedTask(PlannedTask task)
    {
        public List<Template>? Command { get; } = task.Command?.Select(Template.Parse).ToList();

        public Template? WorkingDirectory { get; } = task.WorkingDirectory is null ? null : Template.Parse(task.WorkingDirectory);

        public Dictionary<string, Template> Environment { get; } = task.Environment.ToDictionary(v => v.Key, v => Template.Parse(v.Value));

        public List<OutputDescriptor> Outputs { get; } = [.. task.Outputs.Select(Bind)];

        private static OutputDescriptor Bind(PlannedOutput output) => new()
        {
            Name = output.Name,
            Format = output.Format,
            Stdout = output.Stdout,
            Partitioning = output.Partitioning,
        };
    }
}
