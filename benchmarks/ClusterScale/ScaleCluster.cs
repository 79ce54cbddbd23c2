using System.Globalization;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.TestKit.Kubernetes;

namespace Executor.Benchmarks.ClusterScale;

/// <summary>
/// Where a run is measured: a namespace of the real cluster that <c>KUBECONFIG</c> names, or a fake API server in a process of its own that has the rules
/// of a server new enough to leave Jobs to the executor.
/// </summary>
internal sealed class ScaleCluster : IAsyncDisposable
{
    private const string FakeNamespace = "batch";
    private readonly KubernetesClient? _client;
    private readonly TestNamespace? _place;
    private readonly LineProcess? _server;
    private readonly ScratchFolder _folder = new();

    private ScaleCluster(KubernetesClient client, TestNamespace place, string kubeconfig, string version)
    {
        _client = client;
        _place = place;
        Kubeconfig = kubeconfig;
        Description = $"Kubernetes {version}";
    }

    private ScaleCluster(LineProcess server)
    {
        _server = server;
        Kubeconfig = Path.Combine(_folder.Path, "kubeconfig");
        Description = "the fake API server, with the rules of 1.36";
    }

    internal string Kubeconfig { get; }

    internal string NamespaceName => _place?.Name ?? FakeNamespace;

    internal bool HasScheduler => _server is null;

    internal string Description { get; }

    /// <summary>The cluster of <c>KUBECONFIG</c>, with a namespace that is deleted afterwards.</summary>
    internal static async Task<ScaleCluster> ConnectAsync()
    {
        var kubeconfig = Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } path
            ? path
            : throw new PartMissingException("KUBECONFIG is not set: scripts/cluster up brings a Kubernetes, and scripts/cluster env points to it");
        var client = new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
        var version = await client.GetVersionAsync();
        return new ScaleCluster(client, await TestNamespace.CreateAsync(client, CancellationToken.None), kubeconfig, version.GitVersion!);
    }

    /// <summary>A fake API server.</summary>
    internal static async Task<ScaleCluster> StartFakeAsync()
    {
        var server = await LineProcess.StartAsync(Programs.Self, FakeServerRole.Name);
        var cluster = new ScaleCluster(server);
        await File.WriteAllTextAsync(cluster.Kubeconfig, System.Text.Json.JsonSerializer.Deserialize<string>(server.Greeting));
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        if (_place is { } place)
        {
            await place.DisposeAsync();
        }

        _client?.Dispose();
        if (_server is { } server)
        {
            await server.DisposeAsync();
        }

        _folder.Dispose();
    }
}

/// <summary>The process of the fake API server.</summary>
internal static class FakeServerRole
{
    /// <summary>The first argument of the process.</summary>
    internal const string Name = "fake-api-server";

    internal static async Task RunAsync(Options options)
    {
        options.RejectOthers();
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions());
        Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(server.Kubeconfig()));
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.WriteLine(server.Revision.ToString(CultureInfo.InvariantCulture));
        }
    }
}
