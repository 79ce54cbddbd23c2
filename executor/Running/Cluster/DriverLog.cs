using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Driving;
using Executor.Outcomes;

namespace Executor.Running.Cluster;

/// <summary>Reads the events that a driver writes to its log (<see cref="JsonRunOutput"/>) and shows them as if the run were driven here.</summary>
internal sealed class DriverLog(string run, IRunOutput output)
{
    private readonly Dictionary<AttemptId, AttemptRow> _failed = [];

    /// <summary>A result that was read from the records, with what the driver alone saw of its failures.</summary>
    public RunResult Complete(RunResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result with { Failures = [.. result.Failures.Select(Complete)] };
    }

    /// <summary>Shows one line; what is no event of the driver's, such as the runtime's last words, is shown as a notice.</summary>
    /// <returns>True if it is the driver's last word on the run.</returns>
    public bool Show(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.Length == 0)
        {
            return false;
        }

        try
        {
            using var json = JsonDocument.Parse(line);
            return Show(json.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            output.Notice($"driver: {line}");
            return false;
        }
    }

    private bool Show(JsonElement line)
    {
        switch (line.GetProperty("event").GetString())
        {
            case "progress":
                output.Progress(new RunProgress(line.GetProperty("at").GetDateTimeOffset(), [.. line.GetProperty("tasks").EnumerateArray().Select(TaskOf)]));
                return false;
            case "usage":
                output.Usage(JsonLine.ReadUsage(line));
                return false;
            case "attempt":
                var row = RowOf(line);
                if (row.Final)
                {
                    _failed[row.Attempt] = row;
                }

                output.AttemptEnded(row);
                return false;
            case "notice":
                output.Notice(line.GetProperty("message").GetString()!);
                return false;
            case "finished":
                // A driver that was asked to leave, or gave up on the store, is followed by another.
                return line.GetProperty("outcome").GetString() is "succeeded" or "failed" or "cancelled";
            default:
                // Results are read from the store.
                return false;
        }
    }

    private static TaskProgress TaskOf(JsonElement task) => new(
        task.GetProperty("task").GetString()!,
        task.GetProperty("instances").GetInt32(),
        task.GetProperty("running").GetInt32(),
        task.GetProperty("done").GetInt32(),
        task.GetProperty("failed").GetInt32(),
        task.GetProperty("retries").GetInt32())
    {
        Pending = task.TryGetProperty("pending", out var pending) ? pending.GetInt32() : 0,
    };

    private RunFailure Complete(RunFailure failure) => failure.Attempt is { } attempt && _failed.TryGetValue(attempt, out var row)
        ? failure with { LogTail = failure.LogTail ?? row.LogTail, Advice = failure.Advice ?? row.Advice }
        : failure;

    private static string? TextOf(JsonElement line, string name) => line.TryGetProperty(name, out var text) ? text.GetString() : null;

    private AttemptRow RowOf(JsonElement line)
    {
        var attempt = new AttemptId(
            run,
            line.GetProperty("task").GetString()!,
            line.GetProperty("index").GetInt32(),
            line.GetProperty("generation").GetInt32(),
            line.GetProperty("attempt").GetInt32());
        var outcome = new AttemptOutcome(
            Enum.Parse<AttemptCause>(line.GetProperty("cause").GetString()!), RetryCharge.None, line.GetProperty("reason").GetString()!);
        var usage = line.TryGetProperty("usage", out var value) ? value.Deserialize(ContractsJson.Default.AttemptUsage) : null;
        return new AttemptRow(attempt, outcome, usage)
        {
            Final = line.TryGetProperty("final", out var final) && final.GetBoolean(),
            LogTail = TextOf(line, "logTail"),
            Advice = TextOf(line, "advice"),
            Resources = new ResourceLimits(0, line.TryGetProperty("memoryRequestedBytes", out var memory) ? memory.GetInt64() : 0),
        };
    }
}
