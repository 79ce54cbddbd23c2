namespace Executor.Accounting;

/// <summary>The sums over accounting rows; what a row does not know counts as nothing. Constant in size; not thread-safe.</summary>
internal sealed class UsageTotals
{
    /// <summary>Attempts.</summary>
    public int Attempts { get; private set; }

    /// <summary>Those with a commit.</summary>
    public int Succeeded { get; private set; }

    /// <summary>Those without one, for whatever reason.</summary>
    public int Failed => Attempts - Succeeded;

    /// <summary>Those after the first of their instance and generation.</summary>
    public int Retries { get; private set; }

    /// <summary>Those that memory ended, or a process of which it ended.</summary>
    public int OutOfMemory { get; private set; }

    /// <summary>How long they took, one after the other.</summary>
    public double ElapsedSeconds { get; private set; }

    /// <summary>CPU seconds used.</summary>
    public double CpuSeconds { get; private set; }

    /// <summary>CPU seconds given.</summary>
    public double CpuRequestedSeconds { get; private set; }

    /// <summary>The largest peak.</summary>
    public long PeakMemoryBytes { get; private set; }

    /// <summary>The most memory that one was given.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>Memory given, over time.</summary>
    public double RequestedGigabyteSeconds { get; private set; }

    /// <summary>Peak memory, over time.</summary>
    public double UsedGigabyteSeconds { get; private set; }

    /// <summary>Memory given for nothing, over time.</summary>
    public double WastedGigabyteSeconds { get; private set; }

    /// <summary>The part of it that attempts were given which ran out of memory.</summary>
    public double OutOfMemoryLostGigabyteSeconds { get; private set; }

    /// <summary>In dollars.</summary>
    public double Cost { get; private set; }

    /// <summary>The part of it that was for nothing.</summary>
    public double WastedCost { get; private set; }

    /// <summary>Adds a row.</summary>
    public void Add(AccountingRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        Attempts++;
        Succeeded += row.Succeeded ? 1 : 0;
        Retries += row.Attempt.Attempt > 1 ? 1 : 0;
        OutOfMemory += row.OutOfMemory ? 1 : 0;
        ElapsedSeconds += row.ElapsedSeconds ?? 0;
        CpuSeconds += row.CpuSeconds ?? 0;
        CpuRequestedSeconds += row.CpuRequestedSeconds ?? 0;
        PeakMemoryBytes = Math.Max(PeakMemoryBytes, row.PeakMemoryBytes ?? 0);
        MemoryBytes = Math.Max(MemoryBytes, row.MemoryBytes);
        RequestedGigabyteSeconds += row.MemoryRequestedGigabyteSeconds ?? 0;
        UsedGigabyteSeconds += row.MemoryUsedGigabyteSeconds ?? 0;
        WastedGigabyteSeconds += row.MemoryWastedGigabyteSeconds ?? 0;
        OutOfMemoryLostGigabyteSeconds += row.OutOfMemoryLostGigabyteSeconds ?? 0;
        Cost += row.Cost ?? 0;
        WastedCost += row.WastedCost ?? 0;
    }
}
