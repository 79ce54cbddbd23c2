using System.Globalization;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;

namespace Executor.Cli;

/// <summary>The instances that a command is about: all, those of a task, or one.</summary>
/// <param name="Task">The task, or null for all.</param>
/// <param name="Index">The instance, or null for all.</param>
internal readonly record struct InstanceSelector(string? Task, int? Index)
{
    /// <summary>What the keys of the instances' logs begin with, behind <see cref="RecordKeys.Logs"/>.</summary>
    public string KeyPrefix => this switch
    {
        { Task: null } => "",
        { Index: null } => $"{Task}/",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Task}/{Index:D7}."),
    };

    /// <summary>Reads <c>task</c> or <c>task[index]</c>; nothing selects everything.</summary>
    public static bool TryParse(string? text, out InstanceSelector selector)
    {
        selector = default;
        if (text is null)
        {
            return true;
        }

        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        var task = bracket < 0 ? text : text[..bracket];
        int? index = null;
        if (bracket >= 0)
        {
            if (!text.EndsWith(']') || !int.TryParse(text.AsSpan(bracket + 1, text.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            index = number;
        }

        selector = new InstanceSelector(task, index);
        return Names.IsValid(task);
    }

    /// <summary>The attempt that a log's key stands for, for people: <c>map[3] attempt 2</c>.</summary>
    public static string NameOf(string key)
    {
        // RecordKeys.Log: logs/TASK/INDEX.GENERATION.ATTEMPT
        var parts = key[RecordKeys.Logs.Length..].Split('/', '.');
        return parts is [var task, var index, _, var attempt]
            ? $"{task}[{int.Parse(index, CultureInfo.InvariantCulture)}] attempt {int.Parse(attempt, CultureInfo.InvariantCulture)}"
            : key;
    }
}
