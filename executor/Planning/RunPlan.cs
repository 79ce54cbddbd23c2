using Executor.Contracts.Identity;

namespace Executor.Planning;

/// <summary>
/// A workflow with every parameter put in, every fan-out counted and every edge checked: all that scheduling needs to know. Names no backend.
/// </summary>
internal sealed record RunPlan
{
    /// <summary>The workflow's name.</summary>
    public required string Workflow { get; init; }

    /// <summary>The parameters' final values.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>The tasks; each one comes after those it depends on. A task's ordinal is its place in this list.</summary>
    public required IReadOnlyList<PlannedTask> Tasks { get; init; }

    /// <summary>The outputs that the run is for.</summary>
    public required IReadOnlyList<OutputId> Results { get; init; }

    /// <summary>The most attempts that may run at a time; null leaves it to the backend.</summary>
    public int? MaxParallelTasks { get; init; }
}
