using Executor.Contracts.Identity;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Cluster.Logs;

/// <summary>
/// Follows the logs of a run's attempts while their pods are there: those that run now, and those that start later. A log that breaks off is taken up
/// where it broke.
/// </summary>
internal sealed class LogFollower : IInformerHandler<V1Pod>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly PodClient _pods;
    private readonly string _selector;
    private readonly Action<AttemptId, string> _write;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Task> _followed = [];
    private readonly Lock _lock = new();
    private CancellationToken _stop;

    /// <summary>A follower that does nothing before <see cref="RunAsync"/>.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="run">The run.</param>
    /// <param name="task">The task; null for all.</param>
    /// <param name="index">The instance; null for all.</param>
    /// <param name="write">Takes each line; called by several threads.</param>
    /// <param name="time">The clock.</param>
    public LogFollower(ClusterConnection cluster, string run, string? task, int? index, Action<AttemptId, string> write, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        _pods = cluster.Client.Pods(cluster.NamespaceName);
        _selector = $"{KubernetesLabels.Run}={run},{KubernetesLabels.Component}={KubernetesLabels.TaskComponent}"
            + (task is null ? "" : $",{KubernetesLabels.Task}={task}")
            + (index is null ? "" : $",{KubernetesLabels.Index}={index}");
        _write = write;
        _time = time;
    }

    /// <summary>Follows until told that no more attempts will start, and then until the logs that are followed have ended.</summary>
    /// <param name="hasEnded">Completes when the run has ended.</param>
    /// <param name="cancellationToken">Ends everything.</param>
    public async Task RunAsync(Task hasEnded, CancellationToken cancellationToken)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _stop = cancellationToken;
        var informer = new Informer<V1Pod>(_pods, new InformerOptions<V1Pod> { LabelSelector = _selector }, this);
        var watch = informer.RunAsync(watching.Token);
        await Task.WhenAny(hasEnded, watch);
        await watching.CancelAsync();
        await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(Followed());
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Writes what the logs hold now and does not wait for more.</summary>
    /// <returns>The attempts that had a log.</returns>
    public async Task<IReadOnlySet<AttemptId>> ReadAsync(CancellationToken cancellationToken)
    {
        var found = new HashSet<AttemptId>();
        foreach (var pod in (await _pods.ListAllAsync(new ListOptions { LabelSelector = _selector }, cancellationToken)).Items)
        {
            if (AttemptIdentity.Of(pod.Metadata) is { } attempt && HasStarted(pod))
            {
                found.Add(attempt);
                await ReadAsync(pod.Metadata.Name!, attempt, new PodLogOptions { Container = PodFactory.TaskContainer }, cancellationToken);
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public ValueTask HandleAsync(InformerEvent<V1Pod> change, CancellationToken cancellationToken)
    {
        var pod = change.Value;
        if (change.Type != InformerEventType.Deleted && HasStarted(pod) && AttemptIdentity.Of(pod.Metadata) is { } attempt)
        {
            lock (_lock)
            {
                if (!_followed.ContainsKey(pod.Metadata.Uid!))
                {
                    _followed[pod.Metadata.Uid!] = FollowAsync(pod.Metadata.Name!, attempt, _stop);
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ReconcileAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private static bool HasStarted(V1Pod pod) => pod.Status?.ContainerStatuses?.Any(status =>
        status.Name == PodFactory.TaskContainer && (status.State?.Running is not null || status.State?.Terminated is not null)) == true;

    private Task[] Followed()
    {
        lock (_lock)
        {
            return [.. _followed.Values];
        }
    }

    private async Task FollowAsync(string pod, AttemptId attempt, CancellationToken cancellationToken)
    {
        var lines = new TimedLines();
        while (true)
        {
            var options = new PodLogOptions { Container = PodFactory.TaskContainer, Follow = true, Timestamps = true, SinceTime = lines.ReadFrom };
            try
            {
                // Asked before reading: what a container wrote before it ended is then in what is read.
                var isLast = !await IsRunningAsync(pod, cancellationToken);
                await using var stream = await _pods.ReadLogAsync(pod, options, cancellationToken);
                using var reader = new StreamReader(stream);
                while (await reader.ReadLineAsync(cancellationToken) is { } line)
                {
                    if (lines.Take(line) is { } text)
                    {
                        _write(attempt, LogLine.MessageOf(text));
                    }
                }

                if (isLast)
                {
                    return;
                }

                // A log also ends where a server on the way has had enough.
                await Task.Delay(Pause, _time, cancellationToken);
            }
            catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsForbidden)
            {
                return;
            }
            catch (Exception failure) when (failure is IOException or KubernetesException)
            {
                await Task.Delay(Pause, _time, cancellationToken);
            }
        }
    }

    private async Task<bool> IsRunningAsync(string pod, CancellationToken cancellationToken)
    {
        var found = await _pods.ReadAsync(pod, cancellationToken);
        return found.Status?.ContainerStatuses?.Any(status => status.Name == PodFactory.TaskContainer && status.State?.Terminated is null) == true;
    }

    private async Task ReadAsync(string pod, AttemptId attempt, PodLogOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await _pods.ReadLogAsync(pod, options, cancellationToken);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                _write(attempt, LogLine.MessageOf(line));
            }
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            // It was deleted in between: its log is kept in the store.
        }
    }
}
