using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.TestKit.Kubernetes;

namespace Kubernetes.Tests.Client;

/// <summary>A fake API server and a client of it by kubeconfig.</summary>
public abstract class ClientFixture : IAsyncLifetime
{
    protected const string Pods = "/api/v1/namespaces/batch/pods";
    protected const string Jobs = "/apis/batch/v1/namespaces/batch/jobs";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kubernetes-");
    private readonly List<IDisposable> _clients = [];
    private ITimer? _guard;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected FakeApiServer Server { get; private set; } = null!;

    protected KubernetesClient Client { get; private set; } = null!;

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
        _clients.ForEach(client => client.Dispose());
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Another server in place of the first.</summary>
    protected async Task StartAsync(FakeApiOptions options, params string[] names)
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        Server = await FakeApiServer.StartAsync(options, names);
        Client = Connect();
    }

    /// <summary>A client with another user or other options.</summary>
    protected KubernetesClient Connect(
        string user = "{}", KubernetesClientOptions? options = null, Action<KubernetesClientConfiguration>? change = null)
    {
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(Write("config", Server.Kubeconfig(user)));
        change?.Invoke(configuration);
        var client = new KubernetesClient(configuration, options);
        _clients.Add(client);
        return client;
    }

    protected string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    protected static JsonObject Pod(string name, string label = "a", string? node = null) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["run"] = label } },
        ["spec"] = new JsonObject { ["nodeName"] = node, ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "i" }) },
    };

    protected static JsonObject Job(string name) => new()
    {
        ["apiVersion"] = "batch/v1",
        ["kind"] = "Job",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["managedBy"] = "example.com/executor", ["backoffLimit"] = 0 },
    };
}
