using Executor.Cluster;
using Executor.Cluster.TaskClasses;
using Executor.Cluster.Usage;
using Executor.Hosting;
using Executor.Launching.Kubernetes;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Running.Cluster;

/// <summary>Says where attempts find the code of a plan's tasks, putting it into the run's records where it is not there yet.</summary>
internal delegate Task<IReadOnlyDictionary<string, CodeLocation>> ProvideCode(
    RunPlan plan, StoreConnection store, string run, CancellationToken cancellationToken);

/// <summary>Runs attempts as Jobs of a cluster; see <see cref="KubernetesLauncher"/>.</summary>
internal sealed class KubernetesBackend : IRunBackend
{
    private readonly RunRequest _request;
    private readonly ClusterOptions _options;
    private readonly ClusterConnection _cluster;
    private readonly ProvideCode _code;
    private readonly TimeProvider _time;
    private RunLease? _lease;

    private KubernetesBackend(
        RunRequest request, ClusterOptions options, ClusterConnection cluster, StoreConnection store, ProvideCode code, TimeProvider time)
    {
        _request = request;
        _options = options;
        _cluster = cluster;
        _code = code;
        _time = time;
        Store = store;
    }

    /// <inheritdoc/>
    public StoreConnection Store { get; }

    /// <summary>Connects to the cluster and its store.</summary>
    public static async Task<IRunBackend> OpenAsync(
        RunRequest request, ClusterOptions options, ProvideCode code, TimeProvider time, CancellationToken cancellationToken)
    {
        var cluster = ClusterConnection.Open(options, time);
        try
        {
            return new KubernetesBackend(request, options, cluster, await ClusterStore.ConnectAsync(cluster, options, cancellationToken), code, time);
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<PreparedRun> PrepareAsync(ResolvedWorkflow workflow, string run, IRunOutput output, CancellationToken cancellationToken)
    {
        var plan = workflow.Plan;
        var code = await _code(plan, Store, run, cancellationToken);
        var anchor = await AnchorOwnership.EnsureAsync(_cluster, run, plan.Workflow, Store.Addresses, _request.Owner, cancellationToken);
        await RunAnchor.EnsureSecretAsync(_cluster, run, plan.Workflow, anchor, Store.RunKeyOf(run), Store.Trust?.Authorities, cancellationToken);
        _lease = await RunLease.HoldAsync(
            _cluster, run, plan.Workflow, anchor, DriverIdentity.OfThisProcess(), output.Notice, _time, cancellationToken);
        var factory = new JobFactory(PodsOf(_options, plan, run, anchor, Store.RunKeyOf(run), Store.Trust), plan.Tasks.ToDictionary(task => task.Name));
        var stores = await RunAnchor.StoresAsync(_cluster, anchor, Store.Addresses, cancellationToken);
        var descriptors = new DescriptorFactory(plan, run, stores, code);
        factory.Check(plan, descriptors);
        var launching = new KubernetesLauncherOptions { NamespaceName = _cluster.NamespaceName, Run = run, KeepJobs = _request.KeepFiles };
        var sizedByVpa = plan.Tasks.Where(task => task.Sizing is { Mode: SizingMode.Vpa }).ToList();
        var launcher = await KubernetesLauncher.OpenAsync(_cluster.Client, launching, factory, anchor, Store.Records, output.Notice, _time, cancellationToken);
        ClassRecommendations? recommendations;
        try
        {
            recommendations = sizedByVpa.Count == 0 ? null
                : await ClassRecommendations.StartAsync(_cluster.Client, _cluster.NamespaceName, plan.Workflow, sizedByVpa, _time, cancellationToken);
        }
        catch
        {
            await launcher.DisposeAsync();
            throw;
        }

        var usage = LiveUsageWatch.Start(new LiveUsageReader(_cluster.Client, _cluster.NamespaceName, _time), run, output.Usage, _time);
        return new PreparedRun
        {
            Launcher = launcher,
            Descriptors = descriptors,
            Machine = $"in namespace {_cluster.NamespaceName} of {_cluster.Client.Configuration.Host}",
            PendingLimit = _request.PendingLimit,
            Recommender = recommendations,
            Companions = recommendations is null ? [usage] : [usage, recommendations],
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_lease is { } lease)
        {
            await lease.DisposeAsync();
        }

        await Store.DisposeAsync();
        _cluster.Dispose();
    }

    /// <summary>What all task pods of a run have in common.</summary>
    public static PodSettings PodsOf(
        ClusterOptions options, RunPlan plan, string run, ObjectReference anchor, string runKey, StoreTrust? trust) => new()
        {
            RunnerImage = options.Images.Runner,
            DotnetImage = options.Images.Dotnet,
            DefaultImage = options.Images.Default,
            ImagePullPolicy = options.Images.PullPolicy,
            ImagePullSecrets = options.Images.PullSecrets,
            Workflow = plan.Workflow,
            Anchor = anchor,
            RunSecret = ObjectNames.RunSecret(run, anchor.Uid, runKey, trust?.Authorities),
            HasStoreAuthorities = trust?.Authorities is not null,
            StoreServerName = trust?.ServerName,
        };
}
