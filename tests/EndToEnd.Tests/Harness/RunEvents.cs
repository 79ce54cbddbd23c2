using System.Text.Json;
using Executor.TestKit.Processes;

namespace EndToEnd.Tests.Harness;

/// <summary>What <c>--output json</c> prints: a JSON object a line.</summary>
public static class RunEvents
{
    /// <summary>The events in order. Fails where a line is not a JSON object with a name under <c>event</c>.</summary>
    public static IReadOnlyList<JsonElement> Parse(ProgramResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return [.. result.OutputLines.Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>Those with this name.</summary>
    public static IEnumerable<JsonElement> Named(this IEnumerable<JsonElement> events, string name) =>
        events.Where(e => e.GetProperty("event").GetString() == name);

    /// <summary>A member that is text.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A member that is a whole number.</summary>
    public static long? Number(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
}
