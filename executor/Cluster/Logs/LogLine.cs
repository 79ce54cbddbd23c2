using System.Text.Json;

namespace Executor.Cluster.Logs;

/// <summary>A line of a runner's log as a container's log has it: a JSON object, or text where the runner was asked for text or had no time to say more.</summary>
internal static class LogLine
{
    /// <summary>What was written.</summary>
    public static string MessageOf(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (!line.StartsWith('{'))
        {
            return line;
        }

        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : line;
        }
        catch (JsonException)
        {
            return line;
        }
    }
}
