using Executor.Workflows.Errors;

namespace Executor.Workflows.Model;

/// <summary>
/// A workflow as its file says it: typed, with positions, templates still in place. Where the file has errors, parts are missing.
/// </summary>
internal sealed record Workflow
{
    /// <summary>The full path of the folder that relative paths in the file start from.</summary>
    public required string Directory { get; init; }

    /// <summary><c>metadata.name</c>.</summary>
    public Located<string>? Name { get; init; }

    /// <summary><c>metadata.labels</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary><c>metadata.annotations</c>.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary><c>spec.parameters</c> in the file's order.</summary>
    public IReadOnlyList<ParameterSpec> Parameters { get; init; } = [];

    /// <summary><c>spec.defaults</c>.</summary>
    public TaskSettings Defaults { get; init; } = new();

    /// <summary><c>spec.maxParallelTasks</c>.</summary>
    public int? MaxParallelTasks { get; init; }

    /// <summary><c>spec.tasks</c> in the file's order.</summary>
    public IReadOnlyList<TaskSpec> Tasks { get; init; } = [];

    /// <summary><c>spec.results</c>, each written <c>task.output</c>.</summary>
    public IReadOnlyList<Located<string>> Results { get; init; } = [];
}

/// <summary>A parameter of a workflow.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Default">Its value where the command line gives none; null if it must be given.</param>
/// <param name="Description">What it is for.</param>
internal sealed record ParameterSpec(Located<string> Name, string? Default, string? Description);
