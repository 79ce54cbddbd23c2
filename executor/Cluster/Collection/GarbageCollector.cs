using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Hosting;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Jobs;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;

namespace Executor.Cluster.Collection;

/// <summary>
/// Finishes what executors that died have left in a namespace: Jobs of runs that have ended, the status of Jobs that only an executor writes, objects of runs
/// whose records are gone. A run that has not ended is left alone, but for telling that nobody drives it.
/// </summary>
internal sealed class GarbageCollector(ClusterConnection cluster, StoreConnection store, TimeProvider time)
{
    private static readonly TimeSpan GraceOfYoung = TimeSpan.FromMinutes(5);

    private readonly GenericClient<V1ConfigMap> _anchors = cluster.Client.ConfigMaps(cluster.NamespaceName);
    private readonly GenericClient<V1Job> _jobs = cluster.Client.Jobs(cluster.NamespaceName);
    private readonly PodClient _pods = cluster.Client.Pods(cluster.NamespaceName);

    /// <summary>Goes through all runs of the namespace.</summary>
    /// <param name="tell">Is told, in one sentence each, what was done and what people should do.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task CollectAsync(Action<string> tell, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tell);
        var selection = new ListOptions { LabelSelector = $"{KubernetesLabels.ManagedBy}={KubernetesLabels.Executor},{KubernetesLabels.Component}={KubernetesLabels.RunComponent}" };
        foreach (var anchor in (await _anchors.ListAllAsync(selection, cancellationToken)).Items)
        {
            if (anchor.Metadata.Labels?.TryGetValue(KubernetesLabels.Run, out var run) == true && anchor.Metadata.DeletionTimestamp is null)
            {
                await CollectAsync(anchor, run, tell, cancellationToken);
            }
        }
    }

    private async Task CollectAsync(V1ConfigMap anchor, string run, Action<string> tell, CancellationToken cancellationToken)
    {
        var status = await StatusAsync(run, cancellationToken);
        if (status is null)
        {
            // A run that is only being submitted has no journal yet, nor has one whose driver's pod waits for a node.
            if (time.GetUtcNow() - anchor.Metadata.CreationTimestamp > GraceOfYoung && !await IsSubmittedAsync(run, cancellationToken))
            {
                await RunAnchor.DeleteAsync(cluster, run, cancellationToken);
                tell($"run {run}: its records are gone, so its objects are deleted");
            }
        }
        else if (status.Finished is not null)
        {
            var jobs = await JobsAsync(run, cancellationToken);
            if (jobs.Count > 0)
            {
                await _jobs.DeleteCollectionAsync(TasksOf(run), new V1DeleteOptions { PropagationPolicy = V1DeleteOptions.Background }, cancellationToken);
                tell($"run {run} has ended: {jobs.Count} Jobs of attempts are deleted");
            }
        }
        else
        {
            await FinishAsync(run, tell, cancellationToken);
        }
    }

    private async Task<RunStatus?> StatusAsync(string run, CancellationToken cancellationToken)
    {
        var revision = await RunStatusReader.RevisionAsync(store.Records, run, cancellationToken);
        return revision >= 0 && await store.Records.GetAsync(run, RecordKeys.Workflow(revision), cancellationToken) is { } workflow
            ? await RunStatusReader.ReadAsync(store.Records, run, ResolvedWorkflow.Deserialize(workflow.Span).Plan, cancellationToken)
            : null;
    }

    /// <summary>A run that goes on: Jobs that wait for an executor to write their status get it where no executor is there to do so.</summary>
    private async Task FinishAsync(string run, Action<string> tell, CancellationToken cancellationToken)
    {
        if (await IsDrivenAsync(run, cancellationToken))
        {
            return;
        }

        tell($"run {run} has not ended and nobody drives it: go on with `executor run ... --run-id {run}`, or end it with `executor delete {run}`");
        var written = 0;
        foreach (var job in await JobsAsync(run, cancellationToken))
        {
            if (job.Spec?.ManagedBy == KubernetesLabels.JobController && await FindPodAsync(job, cancellationToken) is { } pod
                && pod.Status?.Phase is "Succeeded" or "Failed"
                && ManagedJobStatus.Ended(
                    job, pod.Status.StartTime, pod.Status.Phase == "Succeeded", "PodFailed", "written by executor gc", time.GetUtcNow()) is { } patch)
            {
                await _jobs.PatchStatusAsync(patch, job.Metadata.Name!, cancellationToken: cancellationToken);
                written++;
            }
        }

        if (written > 0)
        {
            tell($"run {run}: {written} Jobs whose pods have ended are marked as ended");
        }
    }

    private async Task<bool> IsSubmittedAsync(string run, CancellationToken cancellationToken)
    {
        try
        {
            var driver = await _jobs.ReadAsync(ObjectNames.Driver(run), cancellationToken);
            return !driver.HasEnded();
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return false;
        }
    }

    private async Task<bool> IsDrivenAsync(string run, CancellationToken cancellationToken)
    {
        try
        {
            var lease = await cluster.Client.Leases(cluster.NamespaceName).ReadAsync(ObjectNames.Lease(run), cancellationToken);
            return lease.Spec is { HolderIdentity.Length: > 0, RenewTime: { } renewed, LeaseDurationSeconds: { } seconds }
                && time.GetUtcNow() - new DateTimeOffset(DateTime.SpecifyKind(renewed, DateTimeKind.Utc)) < TimeSpan.FromSeconds(2 * seconds);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return false;
        }
    }

    private async Task<V1Pod?> FindPodAsync(V1Job job, CancellationToken cancellationToken)
    {
        try
        {
            return await _pods.ReadAsync(ObjectNames.Pod(job.Metadata.Name!), cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return null;
        }
    }

    private async Task<IList<V1Job>> JobsAsync(string run, CancellationToken cancellationToken) =>
        (await _jobs.ListAllAsync(TasksOf(run), cancellationToken)).Items;

    private static ListOptions TasksOf(string run) =>
        new() { LabelSelector = $"{KubernetesLabels.Run}={run},{KubernetesLabels.Component}={KubernetesLabels.TaskComponent}" };
}
