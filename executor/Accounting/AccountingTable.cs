using System.Globalization;
using Executor.Rendering;

namespace Executor.Accounting;

/// <summary>The table that a run ends with: what each task asked for and what it used.</summary>
internal static class AccountingTable
{
    private static readonly TextColumn[] Columns =
    [
        "TASK", Number("ATTEMPTS"), Number("FAILED"), Number("WALL"), Number("LONGEST"), Number("CPU"), Number("CPU USED"),
        Number("PEAK MEMORY"), Number("OF"), Number("WASTED GB·s"), Number("READ"), Number("WRITTEN"), Number("ROWS OUT"),
    ];

    /// <summary>Writes it, with a line that explains marks where there are any.</summary>
    public static void Write(RunAccounts accounts, TextWriter writer)
    {
        var ran = accounts.Tasks.Where(task => task.Attempts > 0).ToList();
        if (ran.Count == 0)
        {
            return;
        }

        TextTable.Write(writer, Columns, [.. ran.Select(Row)]);
        if (ran.Any(task => task.PeakIsLowerBound))
        {
            writer.WriteLine("~ the largest single process, or the last heartbeat: no cgroup was to be had");
        }
    }

    private static TextColumn Number(string heading) => new(heading, AlignRight: true);

    private static string[] Row(TaskTotals task) =>
    [
        task.Task,
        Quantities.Count(task.Attempts),
        Quantities.Count(task.Failed + task.Lost),
        Quantities.Seconds(task.WallSeconds),
        Quantities.Seconds(task.LongestSeconds),
        Quantities.Seconds(task.CpuSeconds),
        Quantities.Percent(task.CpuSeconds, task.CpuSecondsRequested),
        (task.PeakIsLowerBound ? "~" : "") + Quantities.Bytes(task.PeakMemoryBytes),
        Quantities.Bytes(task.MemoryRequestedBytes),
        task.WastedGigabyteSeconds.ToString("0.00", CultureInfo.InvariantCulture),
        Quantities.Bytes(task.InputBytes),
        Quantities.Bytes(task.OutputBytes),
        Quantities.Count(task.OutputRows),
    ];
}
