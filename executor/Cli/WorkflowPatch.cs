using System.Text.Json;
using Executor.Accounting.Advice;

namespace Executor.Cli;

/// <summary>
/// Changes as a part of a workflow file: tasks by their names, with nothing but what is to be changed. Merged into the file, an entry of <c>spec.tasks</c> into that of the same
/// name, it is a workflow again.
/// </summary>
internal static class WorkflowPatch
{
    /// <summary>The YAML, without comments; an empty list of tasks where nothing is to be changed.</summary>
    public static string Yaml(IReadOnlyList<SizeChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("spec");
            json.WriteStartArray("tasks");
            foreach (var task in changes.SelectMany(change => change.Tasks.Select(name => (Name: name, Change: change))).GroupBy(entry => entry.Name, StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("name", task.Key);
                json.WriteStartObject("resources");
                foreach (var (_, change) in task)
                {
                    json.WriteString(change.Field, change.Value);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.ToArray());
        return YamlText.Of(document.RootElement);
    }
}
