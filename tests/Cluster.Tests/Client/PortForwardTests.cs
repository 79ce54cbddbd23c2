using System.Net;
using Executor.Kubernetes.Client;

namespace Cluster.Tests.Client;

public sealed class PortForwardTests : ClusterFixture
{
    [Fact]
    public async Task HTTP_1_is_spoken_with_a_pod_that_listens_on_its_loopback_address_alone()
    {
        await Namespace.StartPodAsync(
            Shell("server", "head -c 3000000 /dev/zero | tr '\\0' 'x' > /tmp/large; exec httpd -f -p 127.0.0.1:8080 -h /tmp"), Cancellation);
        using var http = Forwarding("server", 8080);

        // Until the server listens, connections are refused inside the pod.
        var large = await WhenListeningAsync(() => http.GetByteArrayAsync("http://server/large", Cancellation));
        Assert.Equal((3_000_000, true), (large.Length, large.All(value => value == 'x')));
        var several = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => http.GetByteArrayAsync("http://server/large", Cancellation)));
        Assert.All(several, one => Assert.Equal(large, one));
    }

    [Fact]
    public async Task What_is_sent_arrives_in_full_also_when_both_sides_send_at_once()
    {
        await Namespace.StartPodAsync(Shell("echo", "while true; do nc -l -p 7777 -e cat; done"), Cancellation);
        var sent = new byte[5_000_000];
        new Random(1).NextBytes(sent);
        var received = new byte[sent.Length];

        await using var stream = await WhenListeningAsync(async () =>
        {
            var opened = await Client.Pods(Namespace.Name).PortForwardAsync("echo", 7777, Cancellation);
            await opened.WriteAsync(new byte[] { 1 }, Cancellation);
            await opened.ReadExactlyAsync(new byte[1], Cancellation);
            return opened;
        });
        await Task.WhenAll(stream.WriteAsync(sent, Cancellation).AsTask(), stream.ReadExactlyAsync(received, Cancellation).AsTask());
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task The_end_that_the_pod_makes_is_the_end_of_the_stream()
    {
        await Namespace.StartPodAsync(Shell("greeter", "while true; do nc -l -p 8080 -e echo hello; done"), Cancellation);

        var text = await WhenListeningAsync(async () =>
        {
            await using var stream = await Client.Pods(Namespace.Name).PortForwardAsync("greeter", 8080, Cancellation);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync(Cancellation);
        });
        Assert.Equal("hello\n", text);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_an_IO_error_with_the_servers_words()
    {
        await Namespace.StartPodAsync(Shell("idle", "exec sleep 600"), Cancellation);
        await using var stream = await Client.Pods(Namespace.Name).PortForwardAsync("idle", 81, Cancellation);

        var failure = await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[10], Cancellation).AsTask());
        Assert.Contains("81", failure.Message, StringComparison.Ordinal);
        Assert.Contains("refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_is_not_there_or_has_no_node_is_refused_with_a_status()
    {
        var missing = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods(Namespace.Name).PortForwardAsync("missing", 80, Cancellation));
        Assert.True(missing.IsNotFound);
        Assert.Equal("NotFound", missing.Reason);

        var pod = Shell("pending", "true");
        pod["spec"]!["nodeSelector"] = new System.Text.Json.Nodes.JsonObject { ["no-such"] = "node" };
        await Client.Pods(Namespace.Name).CreateAsync(pod, cancellationToken: Cancellation);
        var pending = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods(Namespace.Name).PortForwardAsync("pending", 80, Cancellation));
        Assert.Equal(HttpStatusCode.BadRequest, pending.StatusCode);
    }

    private HttpClient Forwarding(string pod, int port) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) => await Client.Pods(Namespace.Name).PortForwardAsync(pod, port, cancellationToken),
    });

    private async Task<T> WhenListeningAsync<T>(Func<Task<T>> connect)
    {
        while (true)
        {
            try
            {
                return await connect();
            }
            catch (Exception e) when (e is IOException or HttpRequestException && e.ToString().Contains("refused", StringComparison.Ordinal))
            {
                Cancellation.ThrowIfCancellationRequested();
            }
        }
    }
}
