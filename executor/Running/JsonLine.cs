using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Executor.Accounting;
using Executor.Accounting.Advice;
using Executor.Cluster.Usage;
using Executor.Contracts.Identity;
using Executor.Driving;

namespace Executor.Running;

/// <summary>JSON for programs: one object a line, and the parts that several kinds of line share.</summary>
internal static class JsonLine
{
    private const string ByKubelets = "kubelets";
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one object as one line.</summary>
    public static void Write(TextWriter writer, Action<Utf8JsonWriter> content)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    /// <summary>Writes who an attempt is.</summary>
    public static void WriteAttempt(Utf8JsonWriter json, AttemptId attempt)
    {
        json.WriteString("task", attempt.Task);
        json.WriteNumber("index", attempt.Index);
        json.WriteNumber("generation", attempt.Generation);
        json.WriteNumber("attempt", attempt.Attempt);
    }

    /// <summary>Writes <c>tasks</c>, where each stands.</summary>
    public static void WriteTasks(Utf8JsonWriter json, RunProgress progress)
    {
        json.WriteStartArray("tasks");
        foreach (var task in progress.Tasks)
        {
            json.WriteStartObject();
            json.WriteString("task", task.Name);
            json.WriteNumber("instances", task.Instances);
            if (!task.IsCounted)
            {
                json.WriteBoolean("counted", false);
            }

            json.WriteNumber("waiting", task.Waiting);
            if (task.Pending is { } pending)
            {
                json.WriteNumber("pending", pending);
            }

            json.WriteNumber("running", task.Running);
            json.WriteNumber("done", task.Done);
            json.WriteNumber("failed", task.Failed);
            json.WriteNumber("retries", task.Retries);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes what attempts that run use now: <c>measuredAt</c>, <c>measuredBy</c> and <c>usage</c>, an object per task.</summary>
    public static void WriteUsage(Utf8JsonWriter json, LiveUsage usage)
    {
        if (usage.At is { } at)
        {
            json.WriteString("measuredAt", at);
            json.WriteString("measuredBy", usage.Source == UsageSource.Kubelets ? ByKubelets : "metricsServer");
        }

        json.WriteStartArray("usage");
        foreach (var task in usage.Tasks)
        {
            json.WriteStartObject();
            json.WriteString("task", task.Task);
            json.WriteNumber("attempts", task.Attempts);
            json.WriteNumber("cores", task.Cores);
            json.WriteNumber("coresRequested", task.CoresRequested);
            json.WriteNumber("memoryBytes", task.MemoryBytes);
            json.WriteNumber("memoryRequestedBytes", task.MemoryRequestedBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="WriteUsage"/> has written. Throws as <see cref="JsonElement"/> does.</summary>
    public static LiveUsage ReadUsage(JsonElement line) => new(
        line.TryGetProperty("measuredAt", out var at) ? at.GetDateTimeOffset() : null,
        [
            .. line.GetProperty("usage").EnumerateArray().Select(task => new TaskUsage(
                task.GetProperty("task").GetString()!,
                task.GetProperty("attempts").GetInt32(),
                task.GetProperty("cores").GetDouble(),
                task.GetProperty("coresRequested").GetDouble(),
                task.GetProperty("memoryBytes").GetInt64(),
                task.GetProperty("memoryRequestedBytes").GetInt64())),
        ],
        line.TryGetProperty("measuredBy", out var by) && by.GetString() == ByKubelets ? UsageSource.Kubelets : UsageSource.MetricsServer);

    /// <summary>What a workflow should ask for instead, as the array <c>advice</c>, one object per change.</summary>
    public static void WriteAdvice(Utf8JsonWriter json, IReadOnlyList<SizeChange> changes)
    {
        json.WriteStartArray("advice");
        foreach (var change in changes)
        {
            json.WriteStartObject();
            AdviceJson.Write(json, change);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The totals of a run as the array <c>accounts</c>, one object per task.</summary>
    public static void WriteAccounts(Utf8JsonWriter json, RunAccounts accounts)
    {
        json.WriteStartArray("accounts");
        foreach (var task in accounts.Tasks)
        {
            json.WriteStartObject();
            json.WriteString("task", task.Task);
            json.WriteNumber("attempts", task.Attempts);
            json.WriteNumber("succeeded", task.Succeeded);
            json.WriteNumber("failed", task.Failed);
            json.WriteNumber("lost", task.Lost);
            json.WriteNumber("wallSeconds", task.WallSeconds);
            json.WriteNumber("cpuSeconds", task.CpuSeconds);
            json.WriteNumber("cpuSecondsRequested", task.CpuSecondsRequested);
            json.WriteNumber("peakMemoryBytes", task.PeakMemoryBytes);
            json.WriteNumber("memoryRequestedBytes", task.MemoryRequestedBytes);
            json.WriteNumber("wastedGigabyteSeconds", task.WastedGigabyteSeconds);
            json.WriteNumber("inputBytes", task.InputBytes);
            json.WriteNumber("outputBytes", task.OutputBytes);
            json.WriteNumber("inputRows", task.InputRows);
            json.WriteNumber("outputRows", task.OutputRows);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
