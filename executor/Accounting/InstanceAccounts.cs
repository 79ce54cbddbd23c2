using Executor.Contracts.Identity;
using Executor.Rendering;

namespace Executor.Accounting;

/// <summary>The totals of a run by instance. Not thread-safe.</summary>
internal sealed class InstanceAccounts
{
    private static readonly TextColumn[] Columns =
    [
        "INSTANCE", Number("ATTEMPTS"), Number("OOM"), Number("WALL"), Number("CPU"), Number("CPU USED"), Number("PEAK MEMORY"), Number("OF"),
        Number("WASTED GB·s"), Number("DOLLARS"), Number("WASTED"), "LAST",
    ];

    private readonly Dictionary<InstanceId, (UsageTotals Totals, AccountingRow Last)> _instances = [];

    /// <summary>The instances, by task in the order of their first row and by index, each with its latest attempt.</summary>
    public IEnumerable<(InstanceId Instance, UsageTotals Totals, AccountingRow Last)> All
    {
        get
        {
            var tasks = _instances.Keys.Select(instance => instance.Task).Distinct().Select((task, place) => (task, place)).ToDictionary();
            return _instances.OrderBy(instance => tasks[instance.Key.Task]).ThenBy(instance => instance.Key.Index)
                .Select(instance => (instance.Key, instance.Value.Totals, instance.Value.Last));
        }
    }

    /// <summary>Adds a row.</summary>
    public void Add(AccountingRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var id = new InstanceId(row.Attempt.Task, row.Attempt.Index);
        var (totals, last) = _instances.GetValueOrDefault(id, (new UsageTotals(), row));
        totals.Add(row);
        var isLater = (row.Attempt.Generation, row.Attempt.Attempt).CompareTo((last.Attempt.Generation, last.Attempt.Attempt)) >= 0;
        _instances[id] = (totals, isLater ? row : last);
    }

    /// <summary>Writes a table.</summary>
    public void Write(TextWriter writer)
    {
        string[][] rows = [.. All.Select(instance => Row(instance.Instance, instance.Totals, instance.Last))];
        if (rows.Length > 0)
        {
            TextTable.Write(writer, Columns, rows);
        }
    }

    private static string[] Row(InstanceId instance, UsageTotals totals, AccountingRow last) =>
    [
        instance.ToString(),
        Quantities.Count(totals.Attempts),
        Quantities.Count(totals.OutOfMemory),
        Quantities.Seconds(totals.ElapsedSeconds),
        Quantities.Seconds(totals.CpuSeconds),
        Quantities.Percent(totals.CpuSeconds, totals.CpuRequestedSeconds),
        Quantities.Bytes(totals.PeakMemoryBytes),
        Quantities.Bytes(totals.MemoryBytes),
        Quantities.Fixed(totals.WastedGigabyteSeconds, 2),
        Quantities.Fixed(totals.Cost, 6),
        Quantities.Fixed(totals.WastedCost, 6),
        last.Outcome.Cause.ToString(),
    ];

    private static TextColumn Number(string heading) => new(heading, AlignRight: true);
}
