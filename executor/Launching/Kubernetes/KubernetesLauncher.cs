using Executor.Bundling;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Jobs;
using Executor.Launching.Kubernetes.Pods;
using Executor.Launching.Kubernetes.Tracking;
using Executor.Launching.Kubernetes.Watching;
using Executor.Shuffle.Channel;

namespace Executor.Launching.Kubernetes;

/// <summary>
/// Runs each attempt as a Job with one pod (docs/adr/0009-a-job-per-attempt.md). Attempts outlive it: another launcher of the same run finds and adopts
/// them. It survives whatever the API server does; only <see cref="StartAsync"/> of an attempt may then take long.
/// </summary>
internal sealed class KubernetesLauncher : ILauncher
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(10);

    private readonly KubernetesLauncherOptions _options;
    private readonly JobFactory _factory;
    private readonly JobCreator _creator;
    private readonly JobReleaser _releaser;
    private readonly TrackerServant _servant;
    private readonly AttemptTracker _tracker;
    private readonly NodeAvoidance _avoidance = new();
    private readonly QuotaWatch _quotas;
    private readonly NodeWatch _nodes;
    private readonly AnchorWatch _anchor;
    private readonly IRunRecords _records;
    private readonly GenericClient<V1Job> _jobs;
    private readonly GenericClient<V1Pod> _pods;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _loops = [];
    private int _isDisposed;
    private Task _serving = Task.CompletedTask;

    private KubernetesLauncher(
        KubernetesClient client,
        KubernetesLauncherOptions options,
        JobFactory factory,
        ObjectReference anchor,
        IRunRecords records,
        Action<string> onFailure,
        TimeProvider time)
    {
        _options = options;
        _factory = factory;
        _records = records;
        _time = time;
        _jobs = new GenericClient<V1Job>(client, JobShape.Resource, options.NamespaceName);
        _pods = new GenericClient<V1Pod>(client, PodShape.Resource, options.NamespaceName);
        _creator = new JobCreator(client, options.NamespaceName, anchor.Uid, onFailure, time);
        _tracker = new AttemptTracker(options.Pending, options.KeepJobs, time);
        _releaser = new JobReleaser(_jobs, options.Run, _tracker.JobIsGone, time);
        _servant = new TrackerServant(client, options.NamespaceName, _tracker, time);
        _quotas = new QuotaWatch(client, options.NamespaceName);
        _nodes = new NodeWatch(client, NodesChanged);
        _anchor = new AnchorWatch(client.ConfigMaps(options.NamespaceName), anchor.Name, anchor.Uid);
    }

    /// <inheritdoc/>
    public int Capacity => _options.Capacity;

    /// <inheritdoc/>
    public ResourceLimits? Largest => _nodes.LargestLimits;

    /// <summary>Starts the watches and waits until they have shown what there is.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="options">How.</param>
    /// <param name="factory">Makes Jobs.</param>
    /// <param name="anchor">The run's anchor, which tells the run's Jobs from those of an earlier run of its name.</param>
    /// <param name="records">Takes descriptors that are too large for a Job.</param>
    /// <param name="onFailure">Is told, in one sentence, of failures that it goes on from: of a watch, of a launch that takes long.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<KubernetesLauncher> OpenAsync(
        KubernetesClient client,
        KubernetesLauncherOptions options,
        JobFactory factory,
        ObjectReference anchor,
        IRunRecords records,
        Action<string> onFailure,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var launcher = new KubernetesLauncher(client, options, factory, anchor, records, onFailure, time);
        try
        {
            await launcher.BeginAsync(onFailure, cancellationToken);
            return launcher;
        }
        catch
        {
            await launcher.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StartAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        var descriptor = request.Descriptor;
        var attempt = descriptor.Attempt;
        var encoded = JobFactory.Encode(descriptor);
        var isStored = encoded.Length > JobFactory.MaxInlineDescriptor;
        var job = _factory.Write(descriptor, encoded, isStored, _avoidance.Of(attempt.Instance));
        if (_tracker.IsLaunched(attempt))
        {
            return;
        }

        if (_quotas.Refusal(descriptor.Resources, _factory.TaskOf(attempt).OtherResources, _tracker.WithoutPod(attempt.Task)) is { } refusal)
        {
            _releaser.Hurry();
            throw new LaunchException(hold: true, $"{attempt.Task}[{attempt.Index}] cannot be launched: {refusal}");
        }

        if (isStored)
        {
            await RunBlobs.PutAsync(_records, attempt.Run, encoded, cancellationToken);
        }

        _tracker.Launching(attempt);
        try
        {
            var created = await _creator.CreateAsync(job, attempt, standing => _tracker.JobMade(attempt, standing), cancellationToken);
            _tracker.Launched(attempt, created);
        }
        catch (Exception failure)
        {
            // Its Job may have stood for a moment, and been seen.
            _tracker.Abandon(attempt);
            if (failure is LaunchException { Hold: true })
            {
                _releaser.Hurry();
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async Task CancelAsync(AttemptId attempt, bool immediately, CancellationToken cancellationToken)
    {
        if (!_tracker.Cancelling(attempt))
        {
            return;
        }

        var objects = _tracker.Objects(attempt);
        if (objects.JobMetadata is { } job)
        {
            await _servant.DeleteJobAsync(attempt, job, cancellationToken);
        }

        if (objects.Pod is { } pod && (immediately || objects.JobMetadata is null))
        {
            await _servant.DeletePodAsync(pod.Metadata, immediately, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AttemptId>> ListAsync(string run, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AttemptId>>([.. _tracker.List().Where(attempt => attempt.Run == run)]);

    /// <inheritdoc/>
    public void Release(AttemptId attempt, PlatformCause? cause)
    {
        if (cause is PlatformCause.Evicted or PlatformCause.NodeLost or PlatformCause.StartTimeout or PlatformCause.StartFailed or PlatformCause.Vanished
            && _tracker.NodeOf(attempt) is { } node)
        {
            _avoidance.Lost(attempt.Instance, node);
        }

        if (!_options.KeepJobs)
        {
            _releaser.Release(attempt);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Observation> ObserveAsync(CancellationToken cancellationToken) => _tracker.Observations.ReadAllAsync(cancellationToken);

    /// <summary>
    /// Ends the watches, writes the statuses of Jobs that are the executor's to manage, and deletes Jobs that were released, all within 20 s. Attempts
    /// that run go on.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        _tracker.CompleteRequests();
        await _serving.WaitAsync(LastRequests, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _releaser.DisposeAsync();
        await _ending.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _tracker.Complete();
        _ending.Dispose();
    }

    private async Task BeginAsync(Action<string> onFailure, CancellationToken cancellationToken)
    {
        var selector = $"{KubernetesLabels.Run}={_options.Run},{KubernetesLabels.Component}={KubernetesLabels.TaskComponent}";
        var watched = new InformerOptions<V1Pod>
        {
            LabelSelector = selector,
            Retain = PodShape.Identity,
            OnFailure = failure => WatchFailures.Tell(failure, "pods", onFailure),
        };
        var pods = new Informer<V1Pod>(_pods, watched, _tracker.Pods);
        _releaser.Start();
        _loops.Add(GuardAsync(_quotas.RunAsync(onFailure, _ending.Token)));
        _loops.Add(GuardAsync(_nodes.RunAsync(_ending.Token)));
        _loops.Add(GuardAsync(_anchor.RunAsync(_ending.Token)));
        _loops.Add(GuardAsync(pods.RunAsync(_ending.Token)));
        _tracker.JobsFound(await JobListing.ReadAsync(_jobs, selector, onFailure, _time, cancellationToken));
        await pods.WaitForSyncAsync(cancellationToken);
        _tracker.LoseJobsWithoutPod();
        _serving = GuardAsync(_servant.RunAsync(_ending.Token));
        _loops.Add(_serving);
        _loops.Add(GuardAsync(LookAsync()));
    }

    /// <summary>A launcher that has gone blind must not go on: whoever reads observations learns of it.</summary>
    private async Task GuardAsync(Task loop)
    {
        try
        {
            await loop;
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The launcher ends.
        }
        catch (Exception failure)
        {
            _tracker.Complete(failure);
        }
    }

    private void NodesChanged()
    {
        _nodes.Refresh();
        _tracker.Largest = _nodes.Largest;
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(LookInterval, _time);
        while (await timer.WaitForNextTickAsync(_ending.Token))
        {
            _tracker.LookAtDue();
        }
    }
}
