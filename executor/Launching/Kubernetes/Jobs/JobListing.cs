using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Jobs;

/// <summary>
/// The Jobs that a run has already when its executor starts. They are listed once and not watched: what a Job says beyond its pod matters only where the
/// pod is missing, and then that one Job is read (docs/adr/0014-jobs-are-not-watched.md).
/// </summary>
internal static class JobListing
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>All Jobs that the selector fits, as they were at one moment. Tries on while the server is away or busy, and tells of each try that failed.</summary>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    public static async Task<IList<V1Job>> ReadAsync(
        GenericClient<V1Job> jobs, string selector, Action<string> onFailure, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        while (true)
        {
            try
            {
                return (await jobs.ListAllAsync(new ListOptions { LabelSelector = selector }, cancellationToken)).Items;
            }
            catch (KubernetesException failure) when (failure.IsTransient)
            {
                onFailure($"the run's Jobs could not be listed, trying again: {failure.Message}");
                await Task.Delay(failure.RetryAfter ?? Pause, time, cancellationToken);
            }
        }
    }
}
