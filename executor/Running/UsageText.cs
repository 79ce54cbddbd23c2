using Executor.Cluster.Usage;
using Executor.Rendering;

namespace Executor.Running;

/// <summary>What attempts use now, for people.</summary>
internal static class UsageText
{
    /// <summary>What stands before the figures: that they are in use, and who says so unless it is the metrics server.</summary>
    public static string Heading(LiveUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return usage.Source == UsageSource.Kubelets ? "in use (by the kubelets' summaries)" : "in use";
    }

    /// <summary>One line: all of the run, and each task where there are several.</summary>
    public static string Line(LiveUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        var tasks = usage.Tasks;
        var all = $"{Cores(tasks.Sum(task => task.Cores), tasks.Sum(task => task.CoresRequested))} CPU, "
            + $"{Memory(tasks.Sum(task => task.MemoryBytes), tasks.Sum(task => task.MemoryRequestedBytes))}";
        return tasks.Count < 2 ? all : $"{all} ({string.Join("; ", tasks.Select(task =>
            $"{task.Task} {Cores(task.Cores, task.CoresRequested)} CPU, {Memory(task.MemoryBytes, task.MemoryRequestedBytes)}"))})";
    }

    /// <summary>A table by task; nothing where nothing was measured.</summary>
    public static void WriteTable(LiveUsage? usage, TextWriter writer)
    {
        if (usage is not { Tasks.Count: > 0 })
        {
            return;
        }

        writer.WriteLine();
        TextTable.Write(
            writer,
            [Heading(usage).ToUpperInvariant(), new TextColumn("ATTEMPTS", AlignRight: true), new TextColumn("CPU", AlignRight: true), new TextColumn("MEMORY", AlignRight: true)],
            [.. usage.Tasks.Select(task => new[]
            {
                task.Task,
                Quantities.Count(task.Attempts),
                Cores(task.Cores, task.CoresRequested),
                Memory(task.MemoryBytes, task.MemoryRequestedBytes),
            })]);
    }

    private static string Cores(double used, double given) => $"{Quantities.Fixed(used, 2)} of {Quantities.Fixed(given, 2)}";

    private static string Memory(long used, long given) => $"{Quantities.Bytes(used)} of {Quantities.Bytes(given)}";
}
