using System.Text.Json.Serialization;

namespace Executor.Contracts.Identity;

/// <summary>One try of an instance: one Kubernetes Job, or one local process.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Task">The task's name.</param>
/// <param name="Index">The instance's index in the fan-out, from zero.</param>
/// <param name="Generation">Raised by the driver when committed data was lost or the definition changed; from zero.</param>
/// <param name="Attempt">The retry number within the generation, from one; given out by the driver's journal and never reused.</param>
public sealed record AttemptId(string Run, string Task, int Index, int Generation, int Attempt)
{
    /// <summary>The instance that this attempt is a try of.</summary>
    [JsonIgnore]
    public InstanceId Instance => new(Task, Index);

    /// <inheritdoc/>
    public override string ToString() => $"{Run}/{Task}[{Index}] generation {Generation} attempt {Attempt}";
}
