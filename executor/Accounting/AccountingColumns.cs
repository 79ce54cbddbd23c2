using System.Text.Json;

namespace Executor.Accounting;

/// <summary>
/// The names, the order and the values of what programs read of an attempt, the same in CSV and in JSON (docs/accounting.md). A version only ever gains
/// columns, at the end; a column that goes away, or changes its meaning or unit, makes a new version.
/// </summary>
internal static class AccountingColumns
{
    /// <summary>The version of the columns, which every row bears.</summary>
    public const int Version = 1;

    /// <summary>The columns in their order.</summary>
    public static IReadOnlyList<AccountingColumn> All { get; } =
    [
        new("version", _ => (long)Version),
        new("run", row => row.Attempt.Run),
        new("task", row => row.Attempt.Task),
        new("class", row => row.Class),
        new("index", row => (long)row.Attempt.Index),
        new("generation", row => (long)row.Attempt.Generation),
        new("attempt", row => (long)row.Attempt.Attempt),
        new("job_uid", row => row.Placement?.JobUid),
        new("pod_uid", row => row.Placement?.PodUid),
        new("node", row => row.Node),
        new("qos", row => row.Placement?.Qos),
        new("cause", row => row.Outcome.Cause.ToString()),
        new("final", row => row.Final),
        new("exit_code", row => (long?)row.Outcome.ExitCode),
        new("signal", row => (long?)row.Outcome.Signal),
        new("oom", row => row.OutOfMemory),
        new("reason", row => row.Succeeded ? null : row.Outcome.Reason),
        new("launched", row => row.Launched),
        new("pod_created", row => row.Placement?.Created),
        new("scheduled", row => row.Placement?.Scheduled),
        new("initialized", row => row.Placement?.Initialized),
        new("container_started", row => row.Placement?.Started),
        new("started", row => row.Started),
        new("ended", row => row.Ended),
        new("queue_s", row => row.QueueSeconds),
        new("schedule_s", row => row.ScheduleSeconds),
        new("init_s", row => row.InitSeconds),
        new("pull_s", row => row.PullSeconds),
        new("start_s", row => row.StartSeconds),
        new("fetch_s", row => row.FetchSeconds),
        new("run_s", row => row.RunSeconds),
        new("write_s", row => row.WriteSeconds),
        new("elapsed_s", row => row.ElapsedSeconds),
        new("elapsed_source", row => Name(row.ElapsedSource)),
        new("cpu_request_cores", row => row.Cores),
        new("cpu_requested_s", row => row.CpuRequestedSeconds),
        new("cpu_used_s", row => row.CpuSeconds),
        new("cpu_throttled_s", row => row.ThrottledSeconds),
        new("cpu_eff", row => row.CpuEfficiency),
        new("memory_request_bytes", row => row.MemoryBytes),
        new("memory_peak_bytes", row => row.PeakMemoryBytes),
        new("mem_eff", row => row.MemoryEfficiency),
        new("memory_requested_gbs", row => row.MemoryRequestedGigabyteSeconds),
        new("memory_used_gbs", row => row.MemoryUsedGigabyteSeconds),
        new("memory_wasted_gbs", row => row.MemoryWastedGigabyteSeconds),
        new("oom_lost_gbs", row => row.OutOfMemoryLostGigabyteSeconds),
        new("input_bytes", row => row.InputBytes),
        new("input_rows", row => row.InputRows),
        new("output_bytes", row => row.OutputBytes),
        new("output_rows", row => row.OutputRows),
        new("read_bytes", row => row.ReadBytes),
        new("written_bytes", row => row.WrittenBytes),
        new("measure_source", row => Name<MeasureEnd>(row.MeasureEnd)),
        new("measure_scope", row => Name(row.MeasureSource)),
        new("cost", row => row.Cost),
        new("wasted_cost", row => row.WastedCost),
        new("image_digest", row => row.Placement?.ImageDigest),
        new("memory_peak_anon_bytes", row => row.PeakAnonymousBytes),
        new("cpu_pressure_s", row => row.CpuPressureSeconds),
        new("memory_pressure_s", row => row.MemoryPressureSeconds),
        new("io_pressure_s", row => row.IoPressureSeconds),
        new("gpu_request", row => row.Gpus),
        new("gpu_s", row => row.GpuRequestedSeconds),
        new("gpu_memory_peak_bytes", row => row.PeakGpuMemoryBytes),
        new("gpu_used_s", row => row.GpuSeconds),
        new("sizing_expert", row => row.Decided?.Expert),
        new("sizing_memory_bytes", row => row.Decided?.MemoryBytes),
        new("sizing_vpa_bytes", row => row.Decided?.TargetBytes),
    ];

    private static string? Name<T>(T? value)
        where T : struct, Enum => value is { } known ? JsonNamingPolicy.SnakeCaseLower.ConvertName(known.ToString()) : null;
}

/// <summary>One column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value in a row: a text, a long, a double, a bool or a time; null if it is not known.</param>
internal sealed record AccountingColumn(string Name, Func<AccountingRow, object?> Value);
