using Executor.Cluster;
using Executor.Cluster.Logs;
using Executor.Driving;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Jobs;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Running.Cluster;

/// <summary>
/// Follows the driver of a run by its log until it has had its last word or its Job has ended. A log that breaks off is taken up where it broke, a
/// driver that dies is followed in its next pod, and a server that does not answer for a while is waited for. What keeps a driver from starting is told; one
/// that never will is taken away.
/// </summary>
internal sealed class RunFollower(ClusterConnection cluster, string run, IRunOutput output, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SilenceOfAGoneDriver = TimeSpan.FromSeconds(30);

    private readonly PodClient _pods = cluster.Client.Pods(cluster.NamespaceName);
    private readonly GenericClient<V1Job> _jobs = cluster.Client.Jobs(cluster.NamespaceName);
    private readonly DriverLog _log = new(run, output);
    private readonly PodStart _start = new(cluster, "the run's driver", DriverJob.Container, output.Notice, time);
    private readonly HashSet<string> _read = [];
    private (string? Pod, TimedLines Lines) _current = (null, new TimedLines());
    private bool _isOutOfReach;

    /// <summary>A result that was read from the run's records, with what the driver's log said of its failures.</summary>
    public RunResult Complete(RunResult result) => _log.Complete(result);

    /// <summary>Follows until the end.</summary>
    /// <exception cref="ClusterException">There is no driver any more, or it cannot start, and the run may not have ended.</exception>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        var lastSeen = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var (pod, starting) = await FindPodAsync(cancellationToken);
                Reached();
                if (pod is not null)
                {
                    lastSeen = time.GetTimestamp();
                    if (await ReadAsync(pod, cancellationToken))
                    {
                        return;
                    }
                }
                else if (await FindJobAsync(cancellationToken) is not { } job)
                {
                    if (time.GetElapsedTime(lastSeen) > SilenceOfAGoneDriver)
                    {
                        throw new ClusterException($"run {run} has no driver in namespace {cluster.NamespaceName}; go on with `executor run ... --run-id {run}`");
                    }
                }
                else if (job.HasEnded())
                {
                    return;
                }
                else if (await (starting is null ? _start.LookAsync(job, cancellationToken) : _start.LookAsync(starting, cancellationToken)) is { } reason && NeverStarted(job))
                {
                    await GiveUpAsync(job, cancellationToken);
                    throw new ClusterException(
                        $"the driver of run {run} cannot start, and was taken away: {reason}; once that is mended go on with `executor run ... --run-id {run}`");
                }
            }
            catch (Exception failure) when (IsPassing(failure))
            {
                OutOfReach(failure);
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    private static bool IsPassing(Exception failure) => failure is IOException or KubernetesException
    {
        IsForbidden: false,
        StatusCode: not System.Net.HttpStatusCode.Unauthorized,
    };

    private void Reached()
    {
        if (_isOutOfReach)
        {
            _isOutOfReach = false;
            output.Notice("the cluster answers again");
        }
    }

    private void OutOfReach(Exception failure)
    {
        // A log of a container that is only starting is refused, too.
        if (!_isOutOfReach && failure is not KubernetesException { StatusCode: System.Net.HttpStatusCode.BadRequest or System.Net.HttpStatusCode.NotFound })
        {
            _isOutOfReach = true;
            output.Notice($"the cluster is out of reach, trying on; the run goes on by itself: {failure.Message}");
        }
    }

    /// <summary>The oldest driver pod whose log was not read to its end, and the newest that has not started.</summary>
    private async Task<(V1Pod? Started, V1Pod? Starting)> FindPodAsync(CancellationToken cancellationToken)
    {
        var selector = $"{KubernetesLabels.Run}={run},{KubernetesLabels.Component}={KubernetesLabels.DriverComponent}";
        var found = await _pods.ListAllAsync(new ListOptions { LabelSelector = selector }, cancellationToken);
        var unread = found.Items.Where(pod => !_read.Contains(pod.Metadata.Uid!)).OrderBy(pod => pod.Metadata.CreationTimestamp).ToList();
        return (unread.FirstOrDefault(HasStarted), unread.LastOrDefault(pod => !HasStarted(pod)));
    }

    private static bool HasStarted(V1Pod pod) =>
        pod.Status?.ContainerStatuses?.Any(status => status.State?.Running is not null || status.State?.Terminated is not null) == true;

    private async Task<bool> ReadAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        if (_current.Pod != pod.Metadata.Uid)
        {
            // What was shown of a pod is remembered until the next one's turn, however often the server is out of reach meanwhile.
            _current = (pod.Metadata.Uid, new TimedLines());
        }

        var lines = _current.Lines;
        while (true)
        {
            // Asked before reading: what the driver wrote before it ended is then in what is read.
            var isOver = await IsOverAsync(pod, cancellationToken);
            var options = new PodLogOptions { Container = DriverJob.Container, Follow = true, Timestamps = true, SinceTime = lines.ReadFrom };
            await using (var stream = await _pods.ReadLogAsync(pod.Metadata.Name!, options, cancellationToken))
            {
                using var reader = new StreamReader(stream);
                try
                {
                    while (await reader.ReadLineAsync(cancellationToken) is { } line)
                    {
                        if (lines.Take(line) is { } text && _log.Show(text))
                        {
                            return true;
                        }
                    }
                }
                catch (IOException)
                {
                    // The connection broke; the next one begins at the last line's time.
                    isOver = false;
                }
            }

            if (isOver)
            {
                _read.Add(pod.Metadata.Uid!);
                return false;
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    private async Task<bool> IsOverAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            var now = await _pods.ReadAsync(pod.Metadata.Name!, cancellationToken);
            return now.Metadata.Uid != pod.Metadata.Uid || now.Status?.ContainerStatuses?.Any(status => status.State?.Terminated is not null) == true;
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            // Its log has gone with it.
            _read.Add(pod.Metadata.Uid!);
            throw;
        }
    }

    /// <summary>What a driver that has run leaves is not for a follower to end: its Job replaces it.</summary>
    private bool NeverStarted(V1Job job) => _read.Count == 0 && (job.Status?.Failed ?? 0) == 0;

    /// <summary>A driver that stays where it cannot start would be in the way of one that can.</summary>
    private async Task GiveUpAsync(V1Job job, CancellationToken cancellationToken)
    {
        try
        {
            await _jobs.DeleteAsync(job.Metadata.Name!, JobDeletion.Of(job.Metadata), cancellationToken);
        }
        catch (KubernetesException gone) when (gone.IsNotFound || gone.IsConflict)
        {
            // Somebody else was quicker.
        }
    }

    private async Task<V1Job?> FindJobAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _jobs.ReadAsync(ObjectNames.Driver(run), cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return null;
        }
    }
}
