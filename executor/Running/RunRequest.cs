using System.Net;
using Executor.Cluster;
using Executor.Hosting;
using Executor.Results;

namespace Executor.Running;

/// <summary>What <c>executor run</c> is asked to do.</summary>
internal sealed record RunRequest
{
    /// <summary>The run to begin or to go on with; a new name if null.</summary>
    public string? RunId { get; init; }

    /// <summary>True to let a run go on that has failed or was cancelled.</summary>
    public bool Resume { get; init; }

    /// <summary>Attempts at a time; the workflow's bound, else the number of processors, if null.</summary>
    public int? Parallel { get; init; }

    /// <summary>The state folder; see <see cref="StateDirectory.Open"/>.</summary>
    public string? State { get; init; }

    /// <summary>The store of a run on this machine.</summary>
    public StoreAddress Store { get; init; } = StoreAddress.Embedded;

    /// <summary>Where results are written; nowhere if null.</summary>
    public string? ResultsDirectory { get; init; }

    /// <summary>The formats to write them in.</summary>
    public IReadOnlyList<ResultFormat> ResultFormats { get; init; } = [];

    /// <summary>Where the trace is written; nowhere if null.</summary>
    public string? TraceFile { get; init; }

    /// <summary>The most attempts that may be launched and not seen to run yet; the scheduler's default if null.</summary>
    public int? PendingLimit { get; init; }

    /// <summary>The pod that the run's objects in the cluster live and die with; null if they belong to the run alone.</summary>
    public StepPod? Owner { get; init; }

    /// <summary>Where metrics of the run are shown while it is driven in this process; nowhere if null.</summary>
    public IPEndPoint? MetricsListen { get; init; }

    /// <summary>How long the driver stays at most after the run's end, for its metrics to be scraped once more. Default: not at all.</summary>
    public TimeSpan MetricsLinger { get; init; }

    /// <summary>True to keep the files of ended attempts, or in a cluster their Jobs and pods.</summary>
    public bool KeepFiles { get; init; }
}
