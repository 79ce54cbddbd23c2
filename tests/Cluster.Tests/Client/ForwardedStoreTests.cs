using System.Text.Json.Nodes;
using Executor.Contracts.Records;
using Executor.Kubernetes.Models;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Security;

namespace Cluster.Tests.Client;

/// <summary>gRPC over HTTP/2 through the API server, with a real shuffle store in a pod.</summary>
public sealed class ForwardedStoreTests : ClusterFixture
{
    private const string Image = "executor/shuffle-store:dev";
    private const string Run = "run-1";
    private const int Port = 7070;

    private readonly byte[] _masterKey = [.. Enumerable.Range(0, StoreKeys.MinMasterKeyBytes).Select(i => (byte)i)];

    [Fact]
    public async Task Records_go_to_a_store_in_a_pod_and_come_back_also_many_at_a_time()
    {
        await StartStoreAsync();
        await using var records = new FlightRunRecords(Options());
        var values = Enumerable.Range(0, 8).Select(i =>
        {
            var value = new byte[1_500_000];
            new Random(i).NextBytes(value);
            return value;
        }).ToList();

        await Task.WhenAll(values.Select(async (value, i) => Assert.Null(await records.CreateAsync(Run, RecordKeys.JournalAt(i), value, Cancellation))));
        await Task.WhenAll(values.Select(async (value, i) => Assert.Equal(value, (await records.GetAsync(Run, RecordKeys.JournalAt(i), Cancellation))!.Value.ToArray())));
        var keys = await records.ListAsync(Run, RecordKeys.JournalEntries, Cancellation).ToListAsync(Cancellation);
        Assert.Equal(8, keys.Count);
    }

    [Fact]
    public async Task A_pod_that_goes_away_is_a_store_out_of_reach()
    {
        await StartStoreAsync();
        await using var records = new FlightRunRecords(Options() with { MaxTries = 2 });
        await records.CreateAsync(Run, RecordKeys.JournalAt(0), new byte[] { 1 }, Cancellation);

        await Client.Pods(Namespace.Name).DeleteAsync("store", new V1DeleteOptions { GracePeriodSeconds = 0 }, Cancellation);
        var failure = await Assert.ThrowsAsync<ShuffleException>(async () =>
        {
            // The kubelet takes its time to end the containers.
            while (true)
            {
                await records.GetAsync(Run, RecordKeys.JournalAt(0), Cancellation);
            }
        });
        Assert.Equal(ShuffleError.Unavailable, failure.Error);
    }

    private FlightChannelOptions Options() => new()
    {
        Endpoints = [new Uri($"http://store:{Port}")],
        Key = new StoreKeys(_masterKey).OperatorKey,
        Connect = async (endpoint, cancellationToken) => await Client.Pods(Namespace.Name).PortForwardAsync(endpoint.Host, endpoint.Port, cancellationToken),
    };

    private async Task StartStoreAsync()
    {
        await Client.Secrets(Namespace.Name).CreateAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "store" }, Data = new Dictionary<string, byte[]> { ["key"] = _masterKey } },
            cancellationToken: Cancellation);
        var pod = Pod("store", Image, ["/app/shuffle-store", "--listen", $"0.0.0.0:{Port}", "--directory", "/data", "--key-file", "/key/key"]);
        var container = pod["spec"]!["containers"]![0]!;
        container["resources"] = JsonNode.Parse("""{"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}}""");
        container["readinessProbe"] = JsonNode.Parse($$$"""{"tcpSocket": {"port": {{{Port}}}}, "periodSeconds": 1}""");
        container["volumeMounts"] = JsonNode.Parse("""[{"name": "data", "mountPath": "/data"}, {"name": "key", "mountPath": "/key"}, {"name": "tmp", "mountPath": "/tmp"}]""");
        pod["spec"]!["volumes"] = JsonNode.Parse("""[{"name": "data", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}, {"name": "key", "secret": {"secretName": "store"}}]""");
        await Namespace.StartPodAsync(pod, Cancellation);
        await Namespace.WhenPodAsync("store", IsReady, Cancellation);
    }
}
