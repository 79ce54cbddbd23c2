using System.Globalization;
using Executor.TestKit.Processes;

namespace Executor.Benchmarks.Processes;

/// <summary>
/// Gives processes so much processor time and no more, as if each ran on a machine, or with a limit, of its own: a control group with a quota for each, of
/// version 1 or 2. Needs root. When it is disposed of, the processes that still run are let go.
/// </summary>
/// <param name="processors">How many processors' time each is given.</param>
internal sealed class ProcessorShares(double processors) : IDisposable
{
    // Short, so that who has used its share waits for milliseconds, and not for the usual tenth of a second.
    private const int PeriodMicroseconds = 10_000;
    private const string Unified = "/sys/fs/cgroup";
    private const string Legacy = "/sys/fs/cgroup/cpu";
    private const string Members = "cgroup.procs";

    private static readonly bool IsUnified = File.Exists(Path.Combine(Unified, "cgroup.controllers"));

    private readonly List<string> _groups = [];

    private static string Root => IsUnified ? Unified : Legacy;

    /// <summary>Gives a process, and all that it has started, a share of its own.</summary>
    internal void Give(int process)
    {
        var group = Path.Combine(Root, $"executor-benchmark-{process}");
        var quota = ((long)(processors * PeriodMicroseconds)).ToString(CultureInfo.InvariantCulture);
        try
        {
            Directory.CreateDirectory(group);
            _groups.Add(group);
            if (IsUnified)
            {
                File.WriteAllText(Path.Combine(Unified, "cgroup.subtree_control"), "+cpu");
                File.WriteAllText(Path.Combine(group, "cpu.max"), $"{quota} {PeriodMicroseconds}");
            }
            else
            {
                File.WriteAllText(Path.Combine(group, "cpu.cfs_period_us"), PeriodMicroseconds.ToString(CultureInfo.InvariantCulture));
                File.WriteAllText(Path.Combine(group, "cpu.cfs_quota_us"), quota);
            }

            foreach (var member in LinuxProcess.Tree(process))
            {
                File.WriteAllText(Path.Combine(group, Members), member.Id.ToString(CultureInfo.InvariantCulture));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PartMissingException($"process {process} could not be given {processors:0.##} processors: {failure.Message}");
        }
    }

    public void Dispose()
    {
        foreach (var group in _groups)
        {
            while (File.ReadAllLines(Path.Combine(group, Members)) is { Length: > 0 } processes)
            {
                foreach (var process in processes)
                {
                    try
                    {
                        File.WriteAllText(Path.Combine(Root, Members), process);
                    }
                    catch (IOException)
                    {
                        // It has ended meanwhile.
                    }
                }
            }

            Directory.Delete(group);
        }
    }
}
