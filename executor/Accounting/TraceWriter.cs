using System.Globalization;
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
        var instance = $"{row.Task} ({row.Index})";
        string[] cells =
        [
            Number(++_id),
            "-",
            "-",
            row.Task,
            Number(row.Index),
            instance,
            Status(row.Cause),
            Number(row.ExitCode),
            Milliseconds(row.Submitted),
            Milliseconds(usage?.Started),
            Milliseconds(usage?.Ended ?? row.Seen),
            row.Submitted is { } submitted ? Number((long)((usage?.Ended ?? row.Seen) - submitted).TotalMilliseconds) : "-",
            usage is null ? "-" : Number((long)(row.WallSeconds * 1000)),
            usage is null || row.WallSeconds <= 0 ? "-" : (100 * usage.CpuSeconds / row.WallSeconds).ToString("0.0", CultureInfo.InvariantCulture),
            Number(usage?.PeakMemoryBytes),
            Number(usage?.InputBytes),
            Number(usage?.OutputBytes),
            Number(usage?.ReadBytes),
            Number(usage?.WrittenBytes),
            Number(row.Attempt),
            (row.Requested.CpuMillicores / 1000.0).ToString("0.###", CultureInfo.InvariantCulture),
            Number(row.Requested.MemoryBytes),
            row.Node ?? "-",
            row.Cause == AttemptCause.Succeeded ? "-" : "RETRY",
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

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Milliseconds(DateTimeOffset? time) => Number(time?.ToUnixTimeMilliseconds());
}
