namespace Executor.Cluster.Usage;

/// <summary>What the attempts of a run that run now use, as the cluster has measured it a moment ago.</summary>
/// <param name="At">The end of the latest measurement; null if nothing was measured.</param>
/// <param name="Tasks">The tasks with an attempt that was measured, by name.</param>
/// <param name="Source">Who has measured.</param>
internal sealed record LiveUsage(DateTimeOffset? At, IReadOnlyList<TaskUsage> Tasks, UsageSource Source = UsageSource.MetricsServer);

/// <summary>Who has measured what attempts use.</summary>
internal enum UsageSource
{
    /// <summary>The cluster's metrics server, by <c>metrics.k8s.io</c>.</summary>
    MetricsServer,

    /// <summary>The kubelets of the attempts' nodes, by their summaries.</summary>
    Kubelets,
}

/// <summary>What the measured attempts of a task use and have been given, all of them together.</summary>
/// <param name="Task">The task.</param>
/// <param name="Attempts">How many attempts were measured: younger ones, of up to a minute, are not there yet.</param>
/// <param name="Cores">Cores used on average over the source's window, some 10 to 15 s.</param>
/// <param name="CoresRequested">Cores given.</param>
/// <param name="MemoryBytes">The working sets: memory without page cache that can be given up.</param>
/// <param name="MemoryRequestedBytes">Memory given.</param>
internal sealed record TaskUsage(string Task, int Attempts, double Cores, double CoresRequested, long MemoryBytes, long MemoryRequestedBytes);
