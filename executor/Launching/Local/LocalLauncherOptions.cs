using Executor.Contracts.Identity;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Launching.Local;

/// <summary>How attempts are run on this machine.</summary>
internal sealed record LocalLauncherOptions
{
    /// <summary>The folder of the attempts' files.</summary>
    public required string Directory { get; init; }

    /// <summary>The programs.</summary>
    public required RunnerLocation Runner { get; init; }

    /// <summary>Whom runners take for the store; null for whomever the system vouches for.</summary>
    public StoreTrust? StoreTrust { get; init; }

    /// <summary>Attempts at a time. Default: the processors of this machine.</summary>
    public int Capacity { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Where each attempt gets a cgroup of its own; null where this process may not make any: memory is then watched every 100 ms
    /// and an attempt over its limit is killed.
    /// </summary>
    public CgroupRoot? Cgroups { get; init; }

    /// <summary>Receives the lines that attempts write to standard error, from any thread; null drops them.</summary>
    public Action<AttemptId, string>? Log { get; init; }

    /// <summary>Keeps the files of ended attempts.</summary>
    public bool KeepFiles { get; init; }
}
