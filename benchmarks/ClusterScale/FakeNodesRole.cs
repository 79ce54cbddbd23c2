using System.Collections.Concurrent;
using System.Text.Json;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.Shuffle.Channel.Flight;
using Executor.TestKit.Kubernetes.FakeNodes;

namespace Executor.Benchmarks.ClusterScale;

/// <summary>The process of the fake nodes, so that neither their memory nor their processor time counts as the executor's.</summary>
internal static class FakeNodesRole
{
    /// <summary>The first argument of the process.</summary>
    internal const string Name = "fake-nodes";

    private const int OutputBytes = 10_000;

    /// <summary>Starts the process.</summary>
    internal static Task<LineProcess> StartAsync(ScaleCluster cluster, StoreProcess store, int nodes) => LineProcess.StartAsync(
        Programs.Self,
        Name,
        "--kubeconfig", cluster.Kubeconfig,
        "--namespace", cluster.NamespaceName,
        "--nodes", nodes.ToString(System.Globalization.CultureInfo.InvariantCulture),
        "--store", store.Address.ToString(),
        "--key", store.Key,
        "--binds", cluster.HasScheduler ? "no" : "yes");

    /// <summary>Serves pods; answers each line with the sightings since the last.</summary>
    internal static async Task RunAsync(Options options)
    {
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(options.Text("kubeconfig")!);
        var namespaceName = options.Text("namespace")!;
        var count = options.Count("nodes", 1);
        var store = new FlightChannelOptions { Endpoints = [new Uri(options.Text("store")!)], Key = options.Text("key")! };
        var binds = options.Text("binds") == "yes";
        options.RejectOthers();
        var seen = new ConcurrentDictionary<string, long>();
        var ended = new ConcurrentDictionary<string, long>();
        using var client = new KubernetesClient(configuration);
        await using var channel = new FlightShuffleChannel(store);
        var runner = new CommittingRunner(channel, OutputBytes, TimeProvider.System);
        var pool = await FakeNodePool.StartAsync(
            client,
            new FakeNodeOptions
            {
                NamespaceName = namespaceName,
                Pool = ScalePlans.Pool,
                Count = count,
                Runner = runner.RunAsync,
                Binds = binds,
                OnSeen = pod => seen.TryAdd(Sightings.Key(pod.Metadata), TimeProvider.System.GetTimestamp()),
                OnEnding = (task, at) => ended.TryAdd(Sightings.Key(task.Descriptor.Attempt), at),
            },
            CancellationToken.None);
        await using (pool)
        {
            Console.WriteLine("ready");
            while (await Console.In.ReadLineAsync() is not null)
            {
                Console.WriteLine(JsonSerializer.Serialize(new Sightings(new(seen), new(ended))));
                seen.Clear();
                ended.Clear();
            }
        }
    }
}
