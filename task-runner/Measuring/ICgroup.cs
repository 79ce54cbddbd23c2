using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Measuring;

/// <summary>The attempt's own cgroup. Thread-safe.</summary>
internal interface ICgroup
{
    /// <summary>Which version it is of.</summary>
    MeasureSource Source { get; }

    /// <summary>What it has counted up to now.</summary>
    CgroupReading Read();

    /// <summary>The processes that the OOM killer has ended up to now: one file, where all of <see cref="Read"/> is several.</summary>
    long ReadOomKills();
}
