namespace Executor.Scheduling;

/// <summary>An attempt within one plan: <see cref="Contracts.Identity.AttemptId"/> with the task's ordinal for its name, and no run.</summary>
/// <param name="Task">The task's ordinal in the plan.</param>
/// <param name="Index">The instance, from zero.</param>
/// <param name="Generation">The instance's generation, from zero.</param>
/// <param name="Attempt">The retry number within the generation, from one.</param>
internal readonly record struct AttemptRef(int Task, int Index, int Generation, int Attempt);
