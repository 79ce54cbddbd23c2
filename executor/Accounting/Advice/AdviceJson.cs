using System.Text.Json;

namespace Executor.Accounting.Advice;

/// <summary>A change as the members of a JSON object; <c>from</c> and <c>to</c> are bytes or thousandths of a core, <c>savedHours</c> GiB-hours or core-hours.</summary>
internal static class AdviceJson
{
    /// <summary>Writes them.</summary>
    public static void Write(Utf8JsonWriter json, SizeChange change)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(change);
        json.WriteString("class", change.Class);
        json.WriteStartArray("tasks");
        foreach (var task in change.Tasks)
        {
            json.WriteStringValue(task);
        }

        json.WriteEndArray();
        json.WriteString("resource", change.Field);
        json.WriteNumber("from", change.From);
        json.WriteNumber("to", change.To);
        json.WriteString("value", change.Value);
        json.WriteNumber("savedHours", change.SavedHours);
        json.WriteNumber("savedDollars", change.Dollars);
        json.WriteNumber("attempts", change.Attempts);
        json.WriteBoolean("lowerBound", change.IsLowerBound);
    }
}
