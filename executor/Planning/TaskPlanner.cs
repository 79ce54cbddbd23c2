using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Workflows.Errors;
using Executor.Workflows.Model;
using Executor.Workflows.Values;

namespace Executor.Planning;

/// <summary>Makes a planned task of a task and the workflow's defaults.</summary>
internal sealed class TaskPlanner(
    Workflow workflow, ParameterResolver parameters, SettledValues values, FanOutCounter counts, CodePlanner codes, DiagnosticList diagnostics)
{
    private const long DefaultCpuMillicores = 1000;
    private const long DefaultMemoryBytes = 512L << 20;
    private const int MaxDevices = 1_000_000;

    private readonly Dictionary<string, DataFormat> _formats = workflow.Tasks
        .SelectMany(t => t.Outputs.Select(o => (Id: $"{t.Name?.Value}.{o.Name?.Value}", o.Format)))
        .DistinctBy(o => o.Id).ToDictionary(o => o.Id, o => o.Format);

    /// <summary>Plans a task but for its place among the others; parts that are wrong are errors.</summary>
    public PlannedTask Plan(TaskSpec task)
    {
        var (own, defaults) = (task.Settings, workflow.Defaults);
        var name = task.Name?.Value ?? "";
        var dotnetSource = task.Dotnet?.Source is { } source ? Path.GetFullPath(source.Value, workflow.Directory) : null;
        var code = task.Dotnet is null && (own.Code ?? defaults.Code) is { } folder ? codes.Plan(folder) : null;
        var workingDirectory = PlanWorkingDirectory(own.WorkingDirectory ?? defaults.WorkingDirectory, code, out var isLocal);
        return new PlannedTask
        {
            Name = name,
            Instances = counts.Instances(name) ?? 0,
            Split = PlanSplit(task),
            Items = task.FanOut?.Items?.Select(i => values.Text(i) ?? "").ToList(),
            Command = task.Command?.Select(c => c.Value.Text).ToList(),
            Dotnet = dotnetSource is not null ? new PlannedDotnetTask(dotnetSource, task.Dotnet!.Type)
                : task.Dotnet?.Assembly is { } assembly ? new PlannedDotnetTask(assembly.Value, task.Dotnet.Type) { IsInImage = true }
                : null,
            SourceHash = dotnetSource is null ? null : HashSource(task.Dotnet!.Source!, dotnetSource),
            Code = code,
            WorkingDirectory = workingDirectory,
            IsWorkingDirectoryLocal = isLocal,
            Environment = EnvironmentMerge.Values(own, defaults),
            Inputs = PlanInputs(task),
            Outputs = PlanOutputs(task),
            DependsOn = [],
            Resources = new ResourceLimits(
                values.Cpu(own.Cpu ?? defaults.Cpu) ?? DefaultCpuMillicores,
                values.Memory(own.Memory ?? defaults.Memory) ?? DefaultMemoryBytes),
            OtherResources = PlanOtherResources(own, defaults),
            Retries = PlanRetries(own, defaults),
            Timeout = values.Timeout(own.Timeout ?? defaults.Timeout),
            Image = values.Text(own.Image ?? defaults.Image),
            Runner = (own.Runner ?? defaults.Runner)?.Value == "image" ? RunnerPlacement.Image : RunnerPlacement.Inject,
            Class = task.Class?.Value,
            Sizing = new SizingPlanner(workflow.Name?.Value ?? "", values, diagnostics).Plan(task, defaults),
            PodFields = EnvironmentMerge.PodFields(own, defaults),
        };
    }

    private PlannedSplit? PlanSplit(TaskSpec task) =>
        task.FanOut is { Over: { } over, SplitAbove: { } written } && OutputId.TryParse(over.Value, out var output) && values.Data(written) is { } bytes
            ? new PlannedSplit(output, bytes)
            : null;

    private SortedDictionary<string, long> PlanOtherResources(TaskSettings own, TaskSettings defaults)
    {
        var planned = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var name in defaults.OtherResources.Keys.Union(own.OtherResources.Keys))
        {
            var written = own.OtherResources.GetValueOrDefault(name) ?? defaults.OtherResources[name];
            var amount = name == ResourceNames.EphemeralStorage ? values.Disk(written) : values.Integer(written, 0, MaxDevices);

            // With 0 a task does without what the defaults ask for.
            if (amount > 0)
            {
                planned[name] = amount.Value;
            }
        }

        return planned;
    }

    private static RetryBudget PlanRetries(TaskSettings own, TaskSettings defaults)
    {
        var standard = new RetryBudget();
        return new RetryBudget(
            own.TaskRetries ?? defaults.TaskRetries ?? standard.Task,
            own.InfrastructureRetries ?? defaults.InfrastructureRetries ?? standard.Infrastructure);
    }

    private string HashSource(Located<string> written, string source)
    {
        try
        {
            return SourceHasher.Hash(source);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            diagnostics.Add(written.At, $"found {Quoted.Text(written.Value)}, expected a file that exists: there is no {source}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(written.At, $"found {Quoted.Text(written.Value)}, which cannot be read: {e.Message}");
        }

        return "";
    }

    /// <summary>Parameters are put in here already, because only then it shows whether the path is relative to the file.</summary>
    private string? PlanWorkingDirectory(Located<Template>? directory, PlannedCode? code, out bool isLocal)
    {
        isLocal = false;
        if (directory is null)
        {
            return null;
        }

        var path = parameters.ExpandKnown(directory.Value);
        if (path.Text.Length == 0)
        {
            diagnostics.Add(directory.At, "found an empty path, expected the path of a folder");
        }
        else if (path.BeginsWithPlaceholder && !path.Placeholders.First().StartsWith(ParameterResolver.Prefix, StringComparison.Ordinal))
        {
            diagnostics.Add(
                directory.At, $"found {Quoted.Text(directory.Value.Text)}, expected a path that begins with a fixed part such as './'");
        }

        if (code is null || Path.IsPathFullyQualified(path.Text))
        {
            isLocal = !Path.IsPathFullyQualified(path.Text);
            return Path.GetFullPath(path.Text, workflow.Directory);
        }

        var relative = Path.GetRelativePath(code.Folder, Path.GetFullPath(path.Text, code.Folder));
        if (relative == ".." || relative.StartsWith("../", StringComparison.Ordinal))
        {
            diagnostics.Add(
                directory.At, $"found {Quoted.Text(directory.Value.Text)}, which leads out of the task's code, expected a folder inside or an absolute path");
        }

        return relative;
    }

    private List<PlannedInput> PlanInputs(TaskSpec task)
    {
        var inputs = new List<PlannedInput>();
        foreach (var input in task.Inputs)
        {
            if (OutputId.TryParse(input.From?.Value, out var from))
            {
                var stdin = task.Stdin is { } named ? named.Value == input.From!.Value : task.Dotnet is not null && inputs.Count == 0;
                var format = input.Format ?? _formats.GetValueOrDefault(input.From!.Value);
                inputs.Add(new PlannedInput(from, PlanRead(task, input), format, stdin));
            }
        }

        return inputs;
    }

    private static ReadMode PlanRead(TaskSpec task, InputSpec input) => input.Read?.Value switch
    {
        "partition" => ReadMode.Partition,
        "same-index" => ReadMode.SameIndex,
        null when task.FanOut?.Over?.Value == input.From!.Value => ReadMode.Partition,
        _ => ReadMode.All,
    };

    private List<PlannedOutput> PlanOutputs(TaskSpec task)
    {
        var outputs = new List<PlannedOutput>();
        foreach (var output in task.Outputs)
        {
            var name = output.Name?.Value ?? "";
            var stdout = task.Stdout is { } named ? named.Value == name : task.Dotnet is not null && outputs.Count == 0;
            var partitioning = new PartitioningDescriptor
            {
                Kind = output.Partitioning?.Kind ?? PartitioningKind.Unpartitioned,
                Count = counts.Partitions($"{task.Name?.Value}.{name}") ?? 1,
                Columns = output.Partitioning?.Columns ?? [],
                Bounds = output.Partitioning?.Bounds ?? [],
            };
            outputs.Add(new PlannedOutput(name, output.Format, stdout, partitioning));
        }

        return outputs;
    }
}
