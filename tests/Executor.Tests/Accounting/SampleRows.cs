using Executor.Accounting;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Launching;
using Executor.Outcomes;

namespace Executor.Tests.Accounting;

/// <summary>Attempts with 2 cores and 4 GB that end in one way or another, ten seconds after they began.</summary>
internal static class SampleRows
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    public static AttemptUsage Usage { get; } = new()
    {
        Started = Start,
        Ended = Start.AddSeconds(10),
        FetchSeconds = 1,
        RunSeconds = 8,
        WriteSeconds = 0.5,
        CpuSeconds = 5,
        PeakMemoryBytes = 1_000_000_000,
        Source = MeasureSource.CgroupV2,
    };

    /// <summary>Made 2 s after its launch, given a node after 3 s more, and so on.</summary>
    public static AttemptPlacement Placement { get; } = new()
    {
        Node = "node1",
        PodUid = "pod-1",
        JobUid = "job-1",
        Qos = "Guaranteed",
        ImageDigest = "sha256:8dbb",
        Created = Start.AddSeconds(-13),
        Scheduled = Start.AddSeconds(-10),
        Initialized = Start.AddSeconds(-6),
        Started = Start.AddSeconds(-1),
        Finished = Start.AddSeconds(11),
    };

    public static AttemptRow Attempt(
        AttemptCause cause = AttemptCause.Succeeded, AttemptUsage? usage = null, string task = "work", int index = 0, int attempt = 1) => new(
        new AttemptId("r", task, index, 0, attempt), new AttemptOutcome(cause, RetryCharge.None, "because"), usage)
        {
            Resources = new ResourceLimits(2000, 4_000_000_000),
            Launched = Start.AddSeconds(-15),
            Ended = Start.AddSeconds(20),
        };

    public static AccountingRow Row(AttemptRow attempt, ResourcePrices? prices = null) => new(attempt, "heavy", prices ?? new ResourcePrices());
}
