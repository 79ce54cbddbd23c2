using Executor.Contracts.Identity;
using Executor.Driving;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes;
using Executor.Launching.Kubernetes.Jobs;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Benchmarks.ClusterScale;

/// <summary>The executor's side of a run on a cluster: the real driver and launcher with a client that counts.</summary>
internal sealed class ScaleDriver : IRunObserver, IAsyncDisposable
{
    private readonly KubernetesClient _client;
    private readonly FlightRunRecords _records;
    private readonly string _namespaceName;
    private readonly Dictionary<string, long> _ended = [];
    private int _failed;

    internal ScaleDriver(string kubeconfig, string namespaceName, Uri store, string key)
    {
        _namespaceName = namespaceName;
        _client = new KubernetesClient(
            KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig), new KubernetesClientOptions { WrapHandler = Requests.Around });
        _records = new FlightRunRecords(new FlightChannelOptions { Endpoints = [store], Key = key });
    }

    /// <summary>What was asked of the API server.</summary>
    internal LaunchRequests Requests { get; } = new();

    /// <summary>When the launcher told of the end of an attempt.</summary>
    internal Dictionary<string, long> EndSeen { get; } = [];

    /// <summary>When the driver had settled the end of an attempt, by <see cref="Sightings.Key(AttemptId)"/>.</summary>
    internal IReadOnlyDictionary<string, long> Ended => _ended;

    /// <summary>Attempts that did not succeed.</summary>
    internal int Failed => _failed;

    /// <summary>The Jobs, of whose answers as much is read as the executor reads.</summary>
    internal GenericClient<V1Job> Jobs => new(_client, JobShape.Resource, _namespaceName);

    /// <summary>The pods, likewise.</summary>
    internal GenericClient<V1Pod> Pods => new(_client, JobCreator.CreatedPod, _namespaceName);

    /// <summary>Makes what owns the Jobs of a run, and what makes the Jobs.</summary>
    internal async Task<(ObjectReference Anchor, JobFactory Jobs)> PrepareAsync(RunPlan plan, string run)
    {
        var anchor = await _client.ConfigMaps(_namespaceName).CreateAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = ObjectNames.Anchor(run) } });
        var reference = new ObjectReference("v1", "ConfigMap", anchor.Metadata.Name!, anchor.Metadata.Uid!);
        var settings = new PodSettings
        {
            RunnerImage = "executor/task-runner:dev",
            DotnetImage = "executor/task-runner-dotnet:dev",
            DefaultImage = "executor/busybox:dev",
            Workflow = plan.Workflow,
            Anchor = reference,
            RunSecret = ObjectNames.RunSecret(run, reference.Uid),
        };
        return (reference, new JobFactory(settings, plan.Tasks.ToDictionary(task => task.Name)));
    }

    /// <summary>Drives a run to its end.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="run">Its name.</param>
    /// <param name="pending">The most attempts that were launched and do not run yet.</param>
    /// <param name="endsAfter">Ends the driver, as a kill would, once so many attempts were launched; null for never.</param>
    internal async Task DriveAsync(RunPlan plan, string run, int pending, int? endsAfter = null)
    {
        var (anchor, factory) = await PrepareAsync(plan, run);
        var descriptors = new DescriptorFactory(plan, run, [new Uri("http://executor-store:7411")]);
        await using var launcher = new TimedLauncher(
            await KubernetesLauncher.OpenAsync(
                _client,
                new KubernetesLauncherOptions { NamespaceName = _namespaceName, Run = run },
                factory,
                anchor,
                _records,
                Notice,
                TimeProvider.System,
                CancellationToken.None),
            endsAfter,
            attempt => EndSeen.TryAdd(Sightings.Key(attempt), TimeProvider.System.GetTimestamp()));
        var options = new DriverOptions
        {
            Describe = descriptors.Create,
            Scheduling = new SchedulerOptions { MaxParallel = int.MaxValue, PendingLimit = pending },
        };
        try
        {
            var result = await RunDriver.RunAsync(plan, run, _records, launcher, options, this, CancellationToken.None, CancellationToken.None);
            if (result.End != RunEnd.Succeeded)
            {
                throw new InvalidOperationException($"the run ended with {result.End}: {result.Message} {(result.Failures.Count > 0 ? result.Failures[0].Reason : null)}");
            }
        }
        catch (AllLaunchedException) when (endsAfter is not null)
        {
            // As was asked.
        }
    }

    public void Progress(RunProgress progress)
    {
    }

    public void AttemptEnded(AttemptRow attempt)
    {
        _ended[Sightings.Key(attempt.Attempt)] = TimeProvider.System.GetTimestamp();
        if (attempt.Outcome.Cause != Outcomes.AttemptCause.Succeeded)
        {
            _failed++;
            Console.Error.WriteLine($"{attempt.Attempt}: {attempt.Outcome.Reason}");
        }
    }

    public void Notice(string message) => Console.Error.WriteLine(message);

    public async ValueTask DisposeAsync()
    {
        await _records.DisposeAsync();
        _client.Dispose();
    }
}
