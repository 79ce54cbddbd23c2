using System.Globalization;
using System.Text.Json;
using Executor.Cluster.Usage;
using Executor.Driving;
using Executor.Planning;
using Executor.Rendering;

namespace Executor.Running;

/// <summary>Shows where a run stands.</summary>
internal static class StatusText
{
    /// <summary>Writes it for people, with what its attempts use now where that is known.</summary>
    public static void Write(string run, RunPlan plan, RunStatus status, LiveUsage? usage, TextWriter writer)
    {
        writer.WriteLine($"run {run} of {plan.Workflow}: {State(status)}; begun {Time(status.Begun)}, last decision {Time(status.LastEntry)}");
        writer.WriteLine();
        TextTable.Write(
            writer,
            ["TASK", Number("INSTANCES"), Number("DONE"), Number("RUNNING"), Number("WAITING"), Number("FAILED"), Number("RETRIES")],
            [.. status.Progress.Tasks.Select(task => new[]
            {
                task.Name,
                Quantities.Count(task.Instances) + (task.IsCounted ? "" : "+"),
                Quantities.Count(task.Done),
                Quantities.Count(task.Running),
                Quantities.Count(task.Waiting),
                Quantities.Count(task.Failed),
                Quantities.Count(task.Retries),
            })]);
        UsageText.WriteTable(usage, writer);
        foreach (var failure in status.Failures)
        {
            writer.WriteLine(failure.Attempt is { } attempt ? $"{attempt.Instance} attempt {attempt.Attempt}: {failure.Reason}" : failure.Reason);
        }
    }

    /// <summary>Writes it for programs: one JSON object on one line.</summary>
    public static void WriteJson(string run, RunPlan plan, RunStatus status, LiveUsage? usage, TextWriter writer) => JsonLine.Write(writer, json =>
    {
        json.WriteString("run", run);
        json.WriteString("workflow", plan.Workflow);
        json.WriteString("state", State(status));
        json.WriteString("begun", status.Begun);
        json.WriteString("lastDecision", status.LastEntry);
        json.WriteNumber("epoch", status.Epoch);
        json.WriteNumber("revision", status.Revision);
        JsonLine.WriteTasks(json, status.Progress);
        if (usage is not null)
        {
            JsonLine.WriteUsage(json, usage);
        }

        json.WriteStartArray("failures");
        foreach (var failure in status.Failures)
        {
            json.WriteStartObject();
            if (failure.Attempt is { } attempt)
            {
                JsonLine.WriteAttempt(json, attempt);
            }

            json.WriteString("reason", failure.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static TextColumn Number(string heading) => new(heading, AlignRight: true);

    private static string State(RunStatus status) => status switch
    {
        { Finished: { } outcome } => JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString()),
        { Cancelled: true } => "cancelling",
        _ => "unfinished",
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
