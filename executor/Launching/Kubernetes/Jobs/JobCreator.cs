using Executor.Contracts.Identity;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;
using Executor.Rendering;

namespace Executor.Launching.Kubernetes.Jobs;

/// <summary>
/// Creates the Job of an attempt, and where the server leaves that to the executor its pod, until it is certain whether they stand. Names are
/// functions of the attempt, so that everything may be repeated; what goes on for 30 s is told of, at most every 5 minutes. Thread-safe.
/// </summary>
internal sealed class JobCreator(KubernetesClient client, string namespaceName, string anchorUid, Action<string> notice, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(5);

    private readonly GenericClient<V1Job> _jobs = new(client, JobShape.Resource, namespaceName);
    private readonly GenericClient<V1Pod> _pods = new(client, CreatedPod, namespaceName);
    private readonly Lock _telling = new();
    private long? _lastTold;

    /// <summary>What is read of the pod that the server answers with: who made it knows the rest.</summary>
    public static KubernetesResource<V1Pod> CreatedPod { get; } = KubernetesResources.Pods.Skipping((typeof(V1Pod), "spec"), (typeof(V1Pod), "status"));

    /// <summary>Creates the Job, or adopts the one that stands under its name if that is the same.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="attempt">Whose it is.</param>
    /// <param name="made">Is told of the Job, as the server has it, before a pod of it is made here.</param>
    /// <param name="cancellationToken">Gives up; whether anything was created is not known then.</param>
    /// <returns>The Job as the server has it.</returns>
    /// <exception cref="LaunchException">There is no room for it now, or there never will be.</exception>
    public async Task<V1Job> CreateAsync(AttemptJob job, AttemptId attempt, Action<V1Job> made, CancellationToken cancellationToken)
    {
        var created = await RepeatAsync(attempt, token => CreateOrAdoptAsync(job, attempt, token), cancellationToken);
        if (created.Spec?.ManagedBy == KubernetesLabels.JobController)
        {
            made(created);
            await CreatePodAsync(job, created, attempt, cancellationToken);
        }

        return created;
    }

    /// <summary>Makes the pod of a Job that is the executor's, if it is not there.</summary>
    /// <exception cref="LaunchException">There is no room for it now, or there never will be.</exception>
    public async Task CreatePodAsync(AttemptJob job, V1Job created, AttemptId attempt, CancellationToken cancellationToken)
    {
        var pod = job.PodBody(created.Metadata.Uid!);
        try
        {
            await RepeatAsync(attempt, token => CreateUnlessThereAsync(pod, token), cancellationToken);
        }
        catch (LaunchException)
        {
            // A Job without a pod would count against quotas, and be taken for a lost one.
            await DeleteAsync(created, cancellationToken);
            throw;
        }
    }

    private async Task<V1Job> CreateOrAdoptAsync(AttemptJob job, AttemptId attempt, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _jobs.CreateAsync(job.Body, cancellationToken: cancellationToken);
            }
            catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
            {
                if (await FindAsync(job.Name, cancellationToken) is { } standing)
                {
                    return Adopt(standing, job, attempt);
                }
            }
        }
    }

    private async Task<V1Job?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await _jobs.ReadAsync(name, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return null;
        }
    }

    private V1Job Adopt(V1Job standing, AttemptJob job, AttemptId attempt)
    {
        var isOurs = standing.Metadata.OwnerReferences?.Any(owner => owner.Uid == anchorUid) == true;
        if (!isOurs || standing.Metadata.DeletionTimestamp is not null)
        {
            throw new LaunchException(hold: true, $"Job {standing.Metadata.Name} of an earlier run of the same name is still being deleted");
        }

        return standing.Metadata.Annotations?.TryGetValue(KubernetesLabels.DescriptorHash, out var found) == true && found == job.DescriptorHash
            ? standing
            : throw new LaunchException(hold: false, $"Job {standing.Metadata.Name} is there and has another descriptor than {attempt}");
    }

    private async Task<V1Pod?> CreateUnlessThereAsync(ReadOnlyMemory<byte> pod, CancellationToken cancellationToken)
    {
        try
        {
            return await _pods.CreateAsync(pod, cancellationToken: cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
        {
            return null;
        }
    }

    /// <summary>
    /// Repeats a call while nobody knows whether it took effect, or the server is out of breath; a network that is cut for a minute costs a minute.
    /// </summary>
    private async Task<T> RepeatAsync<T>(AttemptId attempt, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await call(cancellationToken);
            }
            catch (KubernetesException failure) when (IsPassing(failure))
            {
                if (time.GetElapsedTime(begun) >= Patience)
                {
                    Tell($"{attempt.Task}[{attempt.Index}] cannot be launched for {Quantities.Seconds(time.GetElapsedTime(begun).TotalSeconds)}, trying on: {failure.Message}");
                }

                await Task.Delay(failure.RetryAfter ?? pause, time, cancellationToken);
            }
            catch (KubernetesException refusal)
            {
                throw Refusal(refusal, attempt);
            }
        }
    }

    /// <summary>Many launches meet the same trouble at a time: one of them is told of.</summary>
    private void Tell(string message)
    {
        lock (_telling)
        {
            if (_lastTold is { } last && time.GetElapsedTime(last) < Quiet)
            {
                return;
            }

            _lastTold = time.GetTimestamp();
        }

        notice(message);
    }

    private static bool IsPassing(KubernetesException failure) =>
        failure.IsTransportFailure || failure.StatusCode >= System.Net.HttpStatusCode.InternalServerError || failure.IsConflict;

    private static LaunchException Refusal(KubernetesException refusal, AttemptId attempt)
    {
        // A quota or a busy server may have room later; whatever else the server refuses, it will refuse again.
        var mayPass = refusal.IsQuotaExceeded || refusal.IsLimitRangeExceeded || refusal.IsTooManyRequests;
        return new LaunchException(mayPass, $"{attempt.Task}[{attempt.Index}] cannot be launched: {refusal.Message}", refusal) { RetryAfter = refusal.RetryAfter };
    }

    private async Task DeleteAsync(V1Job job, CancellationToken cancellationToken)
    {
        try
        {
            await _jobs.DeleteAsync(job.Metadata.Name!, JobDeletion.Of(job.Metadata), cancellationToken);
        }
        catch (KubernetesException)
        {
            // It is found again as a Job without a pod, and lost as one.
        }
    }
}
