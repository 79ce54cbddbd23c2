using System.Text.Json;
using Executor.Workflows.Errors;
using Executor.Workflows.Values;

namespace Executor.Workflows.Model;

/// <summary>The fields that a task and <c>spec.defaults</c> have in common; what is not given is null or empty.</summary>
internal sealed record TaskSettings
{
    /// <summary>The container image.</summary>
    public Located<Template>? Image { get; init; }

    /// <summary><c>resources.cpu</c>.</summary>
    public Located<Template>? Cpu { get; init; }

    /// <summary><c>resources.memory</c>.</summary>
    public Located<Template>? Memory { get; init; }

    /// <summary>
    /// The rest of <c>resources</c> by Kubernetes' names: extended resources such as <c>nvidia.com/gpu</c>, and <c>ephemeral-storage</c>.
    /// </summary>
    public IReadOnlyDictionary<string, Located<Template>> OtherResources { get; init; } = new Dictionary<string, Located<Template>>();

    /// <summary><c>sizing</c>.</summary>
    public SizingSpec Sizing { get; init; } = new();

    /// <summary><c>retries.task</c>.</summary>
    public int? TaskRetries { get; init; }

    /// <summary><c>retries.infrastructure</c>.</summary>
    public int? InfrastructureRetries { get; init; }

    /// <summary>How long one attempt may run.</summary>
    public Located<Template>? Timeout { get; init; }

    /// <summary>The body's working directory.</summary>
    public Located<Template>? WorkingDirectory { get; init; }

    /// <summary>The folder of the body's code, relative to the workflow file.</summary>
    public Located<Template>? Code { get; init; }

    /// <summary>Where the task runner is: <c>inject</c> or <c>image</c>.</summary>
    public Located<string>? Runner { get; init; }

    /// <summary>Environment variables with a value.</summary>
    public IReadOnlyDictionary<string, Located<Template>> Environment { get; init; } = new Dictionary<string, Located<Template>>();

    /// <summary>
    /// Fields of the pod by their Kubernetes names; <c>env</c> holds the variables whose value comes from the cluster (<c>valueFrom</c>).
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement> PodFields { get; init; } = new Dictionary<string, JsonElement>();
}
