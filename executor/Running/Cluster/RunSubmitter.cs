using Executor.Bundling;
using Executor.Cluster;
using Executor.Cluster.Trial;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Jobs;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;

namespace Executor.Running.Cluster;

/// <summary>
/// Brings a run into a cluster from outside: code and workflow into the store, a Job for its driver, and then follows it. The run needs this process no
/// longer once the driver's Job stands.
/// </summary>
internal sealed class RunSubmitter(
    RunRequest request, ClusterOptions options, IRunOutput output, TextWriter errors, Interrupts interrupts, TimeProvider time)
{
    /// <summary>Submits a run and follows it to its end, unless it is to be left alone; see <see cref="ExitCodes"/>.</summary>
    /// <param name="resolved">The workflow.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="code">Builds and packs the workflow's code.</param>
    /// <param name="follow">False to return once the driver's Job stands.</param>
    public async Task<int> RunAsync(ResolvedWorkflow resolved, string run, ProvideCode code, bool follow)
    {
        try
        {
            using var cluster = ClusterConnection.Open(options, time);
            if (options.Store is null)
            {
                await TrialInstallation.EnsureAsync(cluster, options.Images, output.Notice, time, interrupts.Orderly);
            }

            await using var store = await ClusterStore.ConnectAsync(cluster, options, interrupts.Orderly);
            var started = time.GetTimestamp();
            await SubmitAsync(cluster, store, resolved, run, code);
            output.Started(run, resolved.Plan, $"in namespace {cluster.NamespaceName} of {cluster.Client.Configuration.Host}");
            if (!follow)
            {
                output.Notice($"run {run} is submitted: `executor status {run}`, `executor attach {run}` and `executor cancel {run}` find it by its name");
                return ExitCodes.Succeeded;
            }

            return await new RunAttachment(request, cluster, store, output, interrupts, time).FollowAsync(resolved.Plan, run, started);
        }
        catch (Exception exception) when (RunFailures.ExitCodeOf(exception) is { } exitCode)
        {
            await errors.WriteLineAsync($"executor: {exception.Message}");
            return exitCode;
        }
        catch (OperationCanceledException) when (interrupts.ExitCode is { } exitCode)
        {
            return exitCode;
        }
    }

    private async Task SubmitAsync(ClusterConnection cluster, StoreConnection store, ResolvedWorkflow resolved, string run, ProvideCode code)
    {
        var token = interrupts.Orderly;
        var plan = resolved.Plan;
        var locations = await code(plan, store, run, token);

        // Before anything stands in the cluster that would have to be taken away.
        new JobFactory(KubernetesBackend.PodsOf(options, plan, run, RunAnchor.Unmade(run), store.RunKeyOf(run), store.Trust), plan.Tasks.ToDictionary(task => task.Name))
            .Check(plan, new DescriptorFactory(plan, run, store.Addresses, locations));
        var anchor = await RunAnchor.EnsureAsync(cluster, run, plan.Workflow, store.Addresses, token);
        var stores = await RunAnchor.StoresAsync(cluster, anchor, store.Addresses, token);
        var submission = new Submission
        {
            Workflow = await RunBlobs.PutAsync(store.Records, run, resolved.Serialize(), token),
            Code = locations,
            Parallel = request.Parallel,
            PendingLimit = request.PendingLimit,
            ResumeBefore = request.Resume ? await CountAsync(store, run, token) : 0,
            KeepJobs = request.KeepFiles,
        };
        var hash = await RunBlobs.PutAsync(store.Records, run, submission.Serialize(), token);
        var jobs = cluster.Client.Jobs(cluster.NamespaceName);
        await RemoveEndedDriverAsync(jobs, run, anchor.Uid, token);
        try
        {
            var job = DriverJob.Create(run, plan.Workflow, anchor, stores, store.Trust?.ServerName, hash, options, request.MetricsLinger);
            await jobs.CreateAsync(job, cancellationToken: token);
        }
        catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
        {
            output.Notice($"run {run} has a driver already: following that one");
        }
    }

    private static async Task<int> CountAsync(StoreConnection store, string run, CancellationToken cancellationToken)
    {
        var entries = 0;
        await foreach (var _ in store.Records.ListAsync(run, RecordKeys.JournalEntries, cancellationToken))
        {
            entries++;
        }

        return entries;
    }

    /// <summary>The driver of an earlier submission that has ended, or whose run was deleted, makes room for this one's.</summary>
    private async Task RemoveEndedDriverAsync(GenericClient<V1Job> jobs, string run, string anchorUid, CancellationToken cancellationToken)
    {
        var name = ObjectNames.Driver(run);
        while (true)
        {
            try
            {
                var standing = await jobs.ReadAsync(name, cancellationToken);
                if (standing.Metadata.DeletionTimestamp is null)
                {
                    var isOfThisRun = standing.Metadata.OwnerReferences?.Any(owner => owner.Uid == anchorUid) == true;
                    if (isOfThisRun && !standing.HasEnded())
                    {
                        return;
                    }

                    await jobs.DeleteAsync(name, JobDeletion.Of(standing.Metadata), cancellationToken);
                }
            }
            catch (KubernetesException refusal) when (refusal.IsNotFound)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken);
        }
    }
}
