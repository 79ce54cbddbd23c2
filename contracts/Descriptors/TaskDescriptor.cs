using System.Collections.ObjectModel;
using Executor.Contracts.Identity;

namespace Executor.Contracts.Descriptors;

/// <summary>
/// All that a runner needs to know of one attempt; serialised as JSON by <see cref="ContractsJson"/>. It holds no secret.
/// </summary>
public sealed record TaskDescriptor
{
    /// <summary>The attempt to run.</summary>
    public required AttemptId Attempt { get; init; }

    /// <summary>
    /// The hash of this descriptor without attempt and generation: what decides whether a commit of an earlier definition may stand.
    /// </summary>
    public required string Definition { get; init; }

    /// <summary>The hash of the task's definition, equal for all its instances; it scopes the agreement on schemas.</summary>
    public required string TaskDefinition { get; init; }

    /// <summary>The store's addresses, any of which serves everything: <c>http://host:port</c> or <c>https://host:port</c>.</summary>
    public required IReadOnlyList<Uri> Stores { get; init; }

    /// <summary>The command and its arguments, for a task that is a command.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>The .NET task, for a task that is one.</summary>
    public DotnetTask? Dotnet { get; init; }

    /// <summary>
    /// The code that the runner fetches and unpacks before the body starts; null where the code is in the image or on this machine.
    /// </summary>
    public CodeBundle? Code { get; init; }

    /// <summary>
    /// The body's working directory: absolute, or relative to the folder of <see cref="Code"/>. If null, that folder for a command with
    /// <see cref="Code"/>, else the runner's scratch folder.
    /// </summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Additional environment of the body.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } =
        ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The workflow's parameters.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } =
        ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The instance's item where the fan-out has items.</summary>
    public string? Item { get; init; }

    /// <summary>The part of the fanned-out output that is this instance's, where the fan-out has <c>splitAbove</c>.</summary>
    public SliceDescriptor? Slice { get; init; }

    /// <summary>The inputs in declared order; at most one is bound to stdin.</summary>
    public IReadOnlyList<InputDescriptor> Inputs { get; init => field = value ?? []; } = [];

    /// <summary>The outputs in declared order; at most one is bound to stdout.</summary>
    public IReadOnlyList<OutputDescriptor> Outputs { get; init => field = value ?? []; } = [];

    /// <summary>The limits that are also the requests.</summary>
    public required ResourceLimits Resources { get; init; }

    /// <summary>How long the body may run; no limit if null.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>A .NET task: a type that implements the SDK's task interface.</summary>
/// <param name="Assembly">The assembly's full path; with <see cref="TaskDescriptor.Code"/> its path inside the bundle.</param>
/// <param name="Type">The type's full name; null where the assembly has exactly one task type.</param>
public sealed record DotnetTask(string Assembly, string? Type = null);

/// <summary>Requests, which are also limits.</summary>
/// <param name="CpuMillicores">CPU in thousandths of a core.</param>
/// <param name="MemoryBytes">Memory in bytes.</param>
public sealed record ResourceLimits(long CpuMillicores, long MemoryBytes);
