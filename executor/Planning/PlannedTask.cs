using System.Text.Json;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Workflows.Model;

namespace Executor.Planning;

/// <summary>One task of a plan.</summary>
internal sealed record PlannedTask
{
    /// <summary>The task's name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// How many instances it has; 0 is allowed and means that it is done at once with empty outputs. With <see cref="Split"/> there are at least as many,
    /// and how many is known at run time.
    /// </summary>
    public required int Instances { get; init; }

    /// <summary>What is said of partitions that are split; null where the number of instances is known before the run.</summary>
    public PlannedSplit? Split { get; init; }

    /// <summary>The items of <c>fanOut: {items: ...}</c>, one per instance; else null.</summary>
    public IReadOnlyList<string>? Items { get; init; }

    /// <summary>The command with templates; null for a .NET task.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>The .NET task; null for a command.</summary>
    public PlannedDotnetTask? Dotnet { get; init; }

    /// <summary>The folder of the command's code; null where the code is in the image, and for a .NET task.</summary>
    public PlannedCode? Code { get; init; }

    /// <summary>
    /// The body's working directory with templates: absolute, or relative to the folder of <see cref="Code"/>. If null, that folder, or a scratch
    /// folder where there is none.
    /// </summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// True if <see cref="WorkingDirectory"/> was written relative to the workflow file and so is a folder of the machine that planned it, which nothing carries
    /// to a cluster.
    /// </summary>
    public bool IsWorkingDirectoryLocal { get; init; }

    /// <summary>Additional environment, values with templates.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The inputs in declared order.</summary>
    public required IReadOnlyList<PlannedInput> Inputs { get; init; }

    /// <summary>The outputs in declared order.</summary>
    public required IReadOnlyList<PlannedOutput> Outputs { get; init; }

    /// <summary>Ordinals of the tasks whose outputs it reads or that it names in <c>after</c>, ascending, without duplicates.</summary>
    public required IReadOnlyList<int> DependsOn { get; init; }

    /// <summary>Requests and limits.</summary>
    public required ResourceLimits Resources { get; init; }

    /// <summary>
    /// What it asks for beside CPU and memory, requests and limits, by Kubernetes' names: bytes of <c>ephemeral-storage</c>, whole numbers of extended
    /// resources such as <c>nvidia.com/gpu</c>. Without effect on local backends, and no part of the task's definition.
    /// </summary>
    public IReadOnlyDictionary<string, long> OtherResources { get; init; } = new Dictionary<string, long>();

    /// <summary>How many devices of <see cref="ResourceNames.Gpu"/> are among them.</summary>
    public long Gpus => OtherResources.GetValueOrDefault(ResourceNames.Gpu);

    /// <summary>How often a failed instance is tried again.</summary>
    public required RetryBudget Retries { get; init; }

    /// <summary>How long one attempt's body may run; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The container image; not used by local backends.</summary>
    public string? Image { get; init; }

    /// <summary>How the task runner gets into the task's container; not used by local backends.</summary>
    public RunnerPlacement Runner { get; init; }

    /// <summary>
    /// How many tasks the longest chain has that begins with this one: 1 where nothing depends on it. Tasks with a longer one go first.
    /// </summary>
    public int CriticalPath { get; init; } = 1;

    /// <summary>What sizing and accounting group its instances by; the task's name if null.</summary>
    public string? Class { get; init; }

    /// <summary>How its attempts are sized by what their like have used; not at all if null.</summary>
    public PlannedSizing? Sizing { get; init; }

    /// <summary>SHA-256 in lower-case hex of the .NET task's source or assembly; null for a command, and where the assembly is in the image.</summary>
    public string? SourceHash { get; init; }

    /// <summary>
    /// Fields of the pod by their Kubernetes names, as JSON; <c>env</c> holds variables whose value comes from the cluster. They have no
    /// effect on local backends and are no part of the task's definition.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement> PodFields { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary><c>fanOut: {over, splitAbove}</c>.</summary>
/// <param name="Over">The output whose partitions are read, one of the inputs.</param>
/// <param name="AboveBytes">Partitions with more bytes of blocks are read in slices; at least 1.</param>
internal sealed record PlannedSplit(OutputId Over, long AboveBytes);

/// <summary>How often a failed instance is tried again, by whose fault it was.</summary>
/// <param name="Task">Retries after failures of the task itself. Default 2.</param>
/// <param name="Infrastructure">Retries after failures of what runs it: a lost node, an eviction, a store out of reach. Default 10.</param>
internal sealed record RetryBudget(int Task = 2, int Infrastructure = 10);

/// <summary>A folder of code.</summary>
/// <param name="Folder">Its absolute path.</param>
/// <param name="Sha256">The hash of what is in it, <see cref="Bundling.CodeTree.Sha256"/>.</param>
/// <param name="LeftOut">The absolute path of a file that does not belong to it wherever it lies: the workflow file.</param>
internal sealed record PlannedCode(string Folder, string Sha256, string LeftOut);

/// <summary>How the task runner gets into a task's container.</summary>
internal enum RunnerPlacement
{
    /// <summary>An init container brings it along.</summary>
    Inject,

    /// <summary>The image holds it.</summary>
    Image,
}

/// <summary>A .NET task before it is built.</summary>
/// <param name="Source">The absolute path of an assembly (.dll), a project (.csproj) or a single C# file (.cs).</param>
/// <param name="Type">The task type's full name; null where there is exactly one.</param>
internal sealed record PlannedDotnetTask(string Source, string? Type)
{
    /// <summary>True if <see cref="Source"/> is an assembly in the task's image, or beside a local backend, where nothing builds, packs or hashes it.</summary>
    public bool IsInImage { get; init; }
}

/// <summary>One input of a task.</summary>
/// <param name="From">The output read.</param>
/// <param name="Read">Which part of it an instance reads.</param>
/// <param name="Format">What the body is given.</param>
/// <param name="Stdin">True if it arrives on standard input.</param>
internal sealed record PlannedInput(OutputId From, ReadMode Read, DataFormat Format, bool Stdin);

/// <summary>Which part of an output an instance reads.</summary>
internal enum ReadMode
{
    /// <summary>Instance i reads partition i of every producer.</summary>
    Partition,

    /// <summary>Every instance reads everything.</summary>
    All,

    /// <summary>Instance i reads what the producer's instance i wrote.</summary>
    SameIndex,
}

/// <summary>One output of a task.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Format">What the body writes.</param>
/// <param name="Stdout">True if it is the body's standard output.</param>
/// <param name="Partitioning">How its rows are spread.</param>
internal sealed record PlannedOutput(string Name, DataFormat Format, bool Stdout, PartitioningDescriptor Partitioning);
