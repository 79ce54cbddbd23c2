using System.Globalization;
using Executor.Driving;
using Executor.Outcomes;

namespace Executor.Accounting;

/// <summary>
/// Writes a row per attempt in the columns of Nextflow's trace file (nextflow.io, "Trace file"), separated by tabs, values raw as with
/// <c>trace.raw = true</c>: times in milliseconds since 1970, durations in milliseconds, sizes in bytes, <c>-</c> for what is not known.
/// Tools that read Nextflow's traces read these. Not thread-safe.
/// </summary>
internal sealed class TraceWriter : IDisposable
{
    private static readonly string[] Columns =
    [
        "task_id", "hash", "native_id", "process", "tag", "name", "status", "exit", "submit", "start", "complete", "duration", "realtime",
        "%cpu", "peak_rss", "rchar", "wchar", "read_bytes", "write_bytes", "attempt", "cpus", "memory", "hostname", "error_action",
    ];

    private readonly StreamWriter _writer;
    private long _id;

    /// <summary>Makes the file, with its heading; throws what opening a file throws.</summary>
    public TraceWriter(string path)
    {
        _writer = new StreamWriter(path) { NewLine = "\n" };
        _writer.WriteLine(string.Join('\t', Columns));
    }

    /// <summary>Adds an attempt.</summary>
    public void Add(AttemptRow row)
    {
        var usage = row.Usage;
        var attempt = row.Attempt;
        var ended = usage?.Ended ?? row.Ended;
        var wall = usage is null ? 0 : (usage.Ended - usage.Started).TotalSeconds;
        var succeeded = row.Outcome.Cause == AttemptCause.Succeeded;
        string[] cells =
        [
            Number(++_id),
            "-",
            "-",
            attempt.Task,
            Number(attempt.Index),
            $"{attempt.Task} ({attempt.Index})",
            Status(row.Outcome.Cause),
            Number(succeeded ? 0 : row.Outcome.ExitCode),
            Milliseconds(row.Launched),
            Milliseconds(usage?.Started ?? row.Running),
            Milliseconds(ended),
            row.Launched is { } launched && ended is { } end ? Number((long)(end - launched).TotalMilliseconds) : "-",
            usage is null ? "-" : Number((long)(wall * 1000)),
            wall > 0 ? (100 * usage!.CpuSeconds / wall).ToString("0.0", CultureInfo.InvariantCulture) : "-",
            Number(usage?.PeakMemoryBytes),
            Number(usage?.InputBytes),
            Number(usage?.OutputBytes),
            Number(usage?.ReadBytes),
            Number(usage?.WrittenBytes),
            Number(attempt.Attempt),
            (row.Resources.CpuMillicores / 1000.0).ToString("0.###", CultureInfo.InvariantCulture),
            Number(row.Resources.MemoryBytes),
            row.Node ?? "-",
            ErrorAction(row),
        ];
        _writer.WriteLine(string.Join('\t', cells));
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private static string Status(AttemptCause cause) => cause switch
    {
        AttemptCause.Succeeded => "COMPLETED",
        AttemptCause.Cancelled or AttemptCause.Terminated => "ABORTED",
        _ => "FAILED",
    };

    private static string ErrorAction(AttemptRow row) => Status(row.Outcome.Cause) switch
    {
        "FAILED" when row.Final => "TERMINATE",
        "FAILED" => "RETRY",
        _ => "-",
    };

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Milliseconds(DateTimeOffset? time) => Number(time?.ToUnixTimeMilliseconds());
}
