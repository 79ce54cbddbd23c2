using System.Diagnostics.CodeAnalysis;

namespace Executor.Contracts.Identity;

/// <summary>A named result of a task, written <c>task.output</c> in workflow files.</summary>
/// <param name="Task">The producing task.</param>
/// <param name="Output">The output's name within the task.</param>
public sealed record OutputId(string Task, string Output)
{
    /// <summary>Parses <c>task.output</c>; both halves must satisfy <see cref="Names.IsValid"/>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out OutputId? id)
    {
        id = null;
        var dot = text?.IndexOf('.') ?? -1;
        if (dot < 0 || !Names.IsValid(text.AsSpan(0, dot)) || !Names.IsValid(text.AsSpan(dot + 1)))
        {
            return false;
        }

        id = new OutputId(text![..dot], text[(dot + 1)..]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Task}.{Output}";
}
