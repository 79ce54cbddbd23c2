using Executor.Cluster;
using Executor.Hosting;
using Executor.Launching.Kubernetes;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;

namespace Executor.Running.Cluster;

/// <summary>Runs attempts as Jobs of a cluster; see <see cref="KubernetesLauncher"/>.</summary>
internal sealed class KubernetesBackend : IRunBackend
{
    private readonly RunRequest _request;
    private readonly ClusterOptions _options;
    private readonly ClusterConnection _cluster;
    private readonly TimeProvider _time;

    private KubernetesBackend(RunRequest request, ClusterOptions options, ClusterConnection cluster, StoreConnection store, TimeProvider time)
    {
        _request = request;
        _options = options;
        _cluster = cluster;
        _time = time;
        Store = store;
    }

    /// <inheritdoc/>
    public StoreConnection Store { get; }

    /// <summary>Connects to the cluster and its store.</summary>
    public static async Task<IRunBackend> OpenAsync(
        RunRequest request, ClusterOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var cluster = ClusterConnection.Open(options, time);
        try
        {
            return new KubernetesBackend(request, options, cluster, await ClusterStore.ConnectAsync(cluster, options, cancellationToken), time);
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
        var anchor = await RunAnchor.EnsureAsync(_cluster, run, plan.Workflow, Store.Address, cancellationToken);
        await RunAnchor.EnsureSecretAsync(_cluster, run, plan.Workflow, anchor, Store.RunKeyOf(run), cancellationToken);
        var pods = new PodSettings
        {
            RunnerImage = _options.Images.Runner,
            DotnetImage = _options.Images.Dotnet,
            DefaultImage = _options.Images.Default,
            ImagePullPolicy = _options.Images.PullPolicy,
            ImagePullSecrets = _options.Images.PullSecrets,
            Workflow = plan.Workflow,
            Anchor = anchor,
            RunSecret = ObjectNames.RunSecret(run),
        };
        var launching = new KubernetesLauncherOptions { NamespaceName = _cluster.NamespaceName, Run = run, KeepJobs = _request.KeepFiles };
        return new PreparedRun
        {
            Launcher = await KubernetesLauncher.OpenAsync(
                _cluster.Client,
                launching,
                new JobFactory(pods, plan.Tasks.ToDictionary(task => task.Name)),
                anchor.Uid,
                Store.Records,
                output.Notice,
                _time,
                cancellationToken),
            Descriptors = new DescriptorFactory(plan, run, [Store.Address]),
            Machine = $"in namespace {_cluster.NamespaceName} of {_cluster.Client.Configuration.Host}",
            PendingLimit = _request.PendingLimit,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _cluster.Dispose();
    }
}
