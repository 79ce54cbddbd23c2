namespace Executor.Contracts.Identity;

/// <summary>One element of a task's fan-out, written <c>task[index]</c>.</summary>
/// <param name="Task">The task's name; see <see cref="Names"/>.</param>
/// <param name="Index">The element, counted from zero.</param>
public readonly record struct InstanceId(string Task, int Index)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Task}[{Index}]";
}
