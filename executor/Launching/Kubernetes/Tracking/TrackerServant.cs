using Executor.Contracts.Identity;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Jobs;
using Executor.Launching.Kubernetes.Pods;
using Executor.Launching.Kubernetes.Watching;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>
/// Does what the tracker asks for: reads events, deletes what will not end by itself, writes the status of Jobs that are the executor's to manage. What
/// fails is not repeated here: the tracker asks again, or the object is deleted with the run. Thread-safe.
/// </summary>
internal sealed class TrackerServant(KubernetesClient client, string namespaceName, AttemptTracker tracker, TimeProvider time)
{
    private const int AtATime = 16;

    private readonly GenericClient<V1Job> _jobs = new(client, JobShape.Resource, namespaceName);
    private readonly PodClient _pods = client.Pods(namespaceName);
    private readonly ObjectEvents _events = new(client, namespaceName);

    /// <summary>Serves until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        tracker.Requests.ReadAllAsync(cancellationToken),
        new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
        async (request, token) =>
        {
            try
            {
                await ServeAsync(request, token);
            }
            catch (KubernetesException) when (request.Kind is TrackerRequestKind.ReadEvents or TrackerRequestKind.ReadJob)
            {
                // Without the right to read events, or without an answer, the verdict is made without them.
                tracker.EventsRead(request.Attempt, request.Subject?.Uid, []);
            }
            catch (KubernetesException)
            {
                // Somebody else was quicker, or the server does not answer: what is left is found again.
            }
        });

    /// <summary>Deletes an attempt's Job and with it its pod; one that is gone is no error.</summary>
    public async Task DeleteJobAsync(AttemptId attempt, V1ObjectMeta job, CancellationToken cancellationToken)
    {
        await RepeatAsync(token => _jobs.DeleteAsync(job.Name!, JobDeletion.Of(job), token), cancellationToken);
        tracker.JobIsGone(attempt);
    }

    /// <summary>Deletes a pod, giving it its grace period or none; one that is gone is no error.</summary>
    public Task DeletePodAsync(V1ObjectMeta pod, bool immediately, CancellationToken cancellationToken)
    {
        var options = new V1DeleteOptions
        {
            GracePeriodSeconds = immediately ? 0 : null,
            Preconditions = new V1Preconditions { Uid = pod.Uid },
        };
        return RepeatAsync(token => _pods.DeleteAsync(pod.Name!, options, token), cancellationToken);
    }

    private async Task ServeAsync(TrackerRequest request, CancellationToken cancellationToken)
    {
        switch (request.Kind)
        {
            case TrackerRequestKind.ReadEvents:
                tracker.EventsRead(request.Attempt, request.Subject!.Uid, await _events.ReadAsync(request.Subject.Uid, cancellationToken));
                break;
            case TrackerRequestKind.ReadJob:
                await ReadJobAsync(request.Attempt, request.Subject!, cancellationToken);
                break;
            case TrackerRequestKind.GiveUp:
                await GiveUpAsync(request.Attempt, cancellationToken);
                break;
            case TrackerRequestKind.WriteStatus:
                await WriteStatusAsync(request.Objects, cancellationToken);
                break;
            default:
                break;
        }
    }

    private async Task ReadJobAsync(AttemptId attempt, V1ObjectMeta subject, CancellationToken cancellationToken)
    {
        try
        {
            tracker.JobRead(attempt, await _jobs.ReadAsync(subject.Name!, cancellationToken));
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            tracker.JobIsGone(attempt);
            return;
        }

        tracker.EventsRead(attempt, subject.Uid, await _events.ReadAsync(subject.Uid, cancellationToken));
    }

    private async Task GiveUpAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        var objects = tracker.Objects(attempt);
        if (objects.JobMetadata is { } job)
        {
            await DeleteJobAsync(attempt, job, cancellationToken);
        }
        else if (objects.Pod is { } pod)
        {
            await DeletePodAsync(pod.Metadata, immediately: false, cancellationToken);
        }
    }

    private async Task WriteStatusAsync(AttemptObjects objects, CancellationToken cancellationToken)
    {
        var (job, pod) = objects;
        if (job?.Spec?.ManagedBy != KubernetesLabels.JobController || job.Metadata.DeletionTimestamp is not null)
        {
            return;
        }

        var state = pod?.Status?.ContainerStatuses?.FirstOrDefault(status => status.Name == PodFactory.TaskContainer)?.State?.Terminated;
        var succeeded = state?.ExitCode == 0;
        var message = succeeded ? "the attempt's pod has succeeded" : "the attempt's pod has failed, or is gone";
        var patch = ManagedJobStatus.Ended(job, pod?.Status?.StartTime, succeeded, "PodFailed", message, time.GetUtcNow());
        if (patch is not null)
        {
            await _jobs.PatchStatusAsync(patch, job.Metadata.Name!, cancellationToken: cancellationToken);
        }
    }

    /// <summary>Repeats a deletion until it is certain.</summary>
    private async Task RepeatAsync<T>(Func<CancellationToken, Task<T>> delete, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await delete(cancellationToken);
                return;
            }
            catch (KubernetesException failure) when (failure.IsNotFound || failure.IsConflict)
            {
                return;
            }
            catch (KubernetesException failure) when (failure.IsTransient)
            {
                await Task.Delay(failure.RetryAfter ?? TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }
}
