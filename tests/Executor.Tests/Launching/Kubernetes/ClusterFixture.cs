using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Kubernetes.Client;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes;

/// <summary>A fake API server, and a connection to it by kubeconfig as commands make it.</summary>
public abstract class ClusterFixture : IAsyncLifetime
{
    protected const string Space = "batch";
    protected const string JobsPath = "/apis/batch/v1/namespaces/batch/jobs";
    protected const string PodsPath = "/api/v1/namespaces/batch/pods";
    protected const string ConfigMapsPath = "/api/v1/namespaces/batch/configmaps";
    protected static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TemporaryDirectory _folder = new("cluster-");
    private ITimer? _guard;
    private string? _anchorUid;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected FakeApiServer Server { get; private set; } = null!;

    private protected ClusterConnection Cluster { get; private set; } = null!;

    protected KubernetesClient Client => Cluster.Client;

    protected string Folder => _folder.Path;

    protected string Kubeconfig => Path.Combine(_folder.Path, "config");

    public async ValueTask InitializeAsync()
    {
        // Against hangs: what a test waits for comes within milliseconds, or never.
        var context = TestContext.Current;
        _guard = TimeProvider.System.CreateTimer(_ => context.CancelCurrentTest(), null, TimeSpan.FromMinutes(2), Timeout.InfiniteTimeSpan);
        await StartAsync(new FakeApiOptions());
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _guard?.Dispose();
        Cluster.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Another server in place of the first.</summary>
    protected async Task StartAsync(FakeApiOptions options, TimeProvider? time = null)
    {
        if (Server is not null)
        {
            Cluster.Dispose();
            await Server.DisposeAsync();
            _anchorUid = null;
        }

        Server = await FakeApiServer.StartAsync(options);
        await File.WriteAllTextAsync(Kubeconfig, Server.Kubeconfig(), Cancellation);
        Cluster = ClusterConnection.Open(Options(), time ?? TimeProvider.System);
    }

    private protected ClusterOptions Options() => new()
    {
        Kubeconfig = Kubeconfig,
        Images = new ClusterImages { Runner = "x/task-runner:1", Dotnet = "x/dotnet-task:1", Driver = "x/executor:1", Store = "x/shuffle-store:1" },
    };

    /// <summary>The UID of the anchor of the run <c>nightly</c>, which is made when it is first asked for: what is owned by nothing is garbage.</summary>
    protected string AnchorUid => _anchorUid ??= (string)Server.Create(ConfigMapsPath, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = "executor-nightly" },
    })["metadata"]!["uid"]!;

    /// <summary>Waits for something that another thread brings about.</summary>
    protected static Task EventuallyAsync(Func<bool> condition, string what) => Poll.UntilAsync(condition, Limit, () => what, Cancellation);

    /// <summary>The requests of a method whose path ends so.</summary>
    protected IReadOnlyList<FakeRequest> Requests(string method, string pathEnd) =>
        [.. Server.Requests.Where(request => request.Method == method && request.Path.EndsWith(pathEnd, StringComparison.Ordinal))];

    /// <summary>A quota of the namespace, as the server counts it.</summary>
    protected void CreateQuota(string name, JsonObject hard, JsonObject used, JsonObject? spec = null)
    {
        const string Quotas = "/api/v1/namespaces/batch/resourcequotas";
        Server.Create(Quotas, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ResourceQuota",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = spec ?? [],
        });
        Server.Mutate($"{Quotas}/{name}", quota => quota["status"] = new JsonObject { ["hard"] = hard, ["used"] = used });
    }
}
