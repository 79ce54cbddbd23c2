using System.Runtime.InteropServices;

namespace Executor.Benchmarks.Measuring;

/// <summary>What figures depend on, told with every report.</summary>
internal static class Machine
{
    internal static void Describe(TextWriter writer)
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString();
        writer.WriteLine(
            $"{Environment.ProcessorCount} processors ({processor}), {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, "
            + $"Linux {Environment.OSVersion.Version}, .NET {Environment.Version}, load when it began {load}");
        writer.WriteLine();
    }
}
