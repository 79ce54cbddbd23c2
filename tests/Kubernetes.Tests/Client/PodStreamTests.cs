using System.IO.Pipelines;
using System.Net;
using System.Text;
using Executor.Kubernetes.Client;
using Executor.TestKit.Kubernetes;

namespace Kubernetes.Tests.Client;

/// <summary>Forwarded ports and commands, where a real cluster cannot be brought to misbehave; what it does do is in Cluster.Tests.</summary>
public sealed class PodStreamTests : ClientFixture
{
    private const int Port = 0x1234;

    private static Func<FakeRequest, bool> Forwards => request => request.Path.EndsWith("/portforward", StringComparison.Ordinal);

    [Fact]
    public async Task Bytes_go_both_ways_over_HTTP_1_with_the_tokens_of_other_requests()
    {
        Server.Options.Tokens.Add("new");
        var path = Write("token", "old");
        var client = Connect($"{{tokenFile: {path}}}");
        await Assert.ThrowsAsync<KubernetesException>(() => client.GetVersionAsync(Cancellation));
        Write("token", "new");
        Server.Create(Pods, Pod("a", node: "n"));
        Server.ForwardPort("batch", "a", Port, _ => new(Echo()));

        // The cached token is refused once, and taken anew.
        await using var stream = await client.Pods("batch").PortForwardAsync("a", Port, Cancellation);
        var sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        var received = new byte[sent.Length];
        await Task.WhenAll(stream.WriteAsync(sent, Cancellation).AsTask(), stream.ReadExactlyAsync(received, Cancellation).AsTask());

        Assert.Equal(sent, received);
        Assert.Equal("HTTP/1.1", Server.Requests.Last().Protocol);
        Assert.Equal("v4.channel.k8s.io", Server.Requests.Last().Headers["Sec-WebSocket-Protocol"]);
    }

    [Fact]
    public async Task An_empty_read_waits_for_bytes_and_takes_none()
    {
        var pipe = new Pipe();
        await using var stream = await ForwardAsync(new DuplexStream(pipe.Reader.AsStream(), Stream.Null));
        var waiting = stream.ReadAsync(Memory<byte>.Empty, Cancellation).AsTask();
        Assert.False(waiting.IsCompleted);

        await pipe.Writer.WriteAsync(new byte[] { 1, 2 }, Cancellation);
        Assert.Equal(0, await waiting);
        var buffer = new byte[2];
        await stream.ReadExactlyAsync(buffer, Cancellation);
        Assert.Equal([1, 2], buffer);
    }

    [Fact]
    public async Task The_words_of_the_error_channel_become_an_IO_error()
    {
        Server.Create(Pods, Pod("a", node: "n"));
        await using var stream = await Client.Pods("batch").PortForwardAsync("a", 80, Cancellation);

        var failure = await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[1], Cancellation).AsTask());
        Assert.EndsWith("connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_comes_with_its_status()
    {
        var missing = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods("batch").PortForwardAsync("a", Port, Cancellation));
        Assert.True(missing.IsNotFound);
        Server.Create(Pods, Pod("a"));
        var pending = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods("batch").PortForwardAsync("a", Port, Cancellation));
        Assert.Equal((HttpStatusCode.BadRequest, "pod a does not have a host assigned"), (pending.StatusCode, pending.Status!.Message));
        Server.Add(ApiFault.Refuse(Forwards, new ApiErrorException(403, "Forbidden", "pods \"a\" is forbidden")));
        var forbidden = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods("batch").PortForwardAsync("a", Port, Cancellation));
        Assert.True(forbidden.IsForbidden);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Client.Pods("batch").PortForwardAsync("a", 70_000, Cancellation));
    }

    [Theory]
    [InlineData(200, null, "101")]
    [InlineData(101, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "Sec-WebSocket-Accept")]
    public async Task An_answer_that_makes_no_WebSocket_is_a_failure_that_says_why(int code, string? accept, string named)
    {
        Server.Add(new ApiFault(Forwards, async context =>
        {
            context.Response.StatusCode = code;
            if (accept is not null)
            {
                context.Response.Headers.SecWebSocketAccept = accept;
                await using var taken = await context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpUpgradeFeature>()!.UpgradeAsync();
            }
        }));

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods("batch").PortForwardAsync("a", Port, Cancellation));
        Assert.True(failure.IsTransportFailure);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pods_end_is_the_end_and_a_broken_connection_is_an_error()
    {
        await using (var ended = await ForwardAsync(new DuplexStream(new MemoryStream([7]), Stream.Null)))
        {
            var buffer = new byte[10];
            Assert.Equal(1, await ended.ReadAsync(buffer, Cancellation));
            Assert.Equal(0, await ended.ReadAsync(buffer, Cancellation));
        }

        var pipe = new Pipe();
        await using var broken = await ForwardAsync(new DuplexStream(pipe.Reader.AsStream(), Stream.Null));
        var reading = broken.ReadAsync(new byte[10], Cancellation).AsTask();
        await pipe.Writer.CompleteAsync(new IOException("the node is gone"));
        await Assert.ThrowsAsync<IOException>(() => reading);
    }

    [Fact]
    public async Task A_proxy_tunnels_forwarded_ports_as_other_requests()
    {
        await using var proxy = new TunnelProxy();
        Server.Create(Pods, Pod("a", node: "n"));
        Server.ForwardPort("batch", "a", Port, _ => new(Echo()));
        var client = Connect(change: configuration => configuration.ProxyUrl = proxy.Address);

        await client.GetVersionAsync(Cancellation);
        await using var stream = await client.Pods("batch").PortForwardAsync("a", Port, Cancellation);
        await stream.WriteAsync(new byte[] { 1 }, Cancellation);
        await stream.ReadExactlyAsync(new byte[1], Cancellation);
        Assert.Equal(Enumerable.Repeat($"{Server.Address.Host}:{Server.Address.Port}", 2), proxy.Targets);
    }

    [Fact]
    public async Task A_server_that_answers_no_ping_is_given_up()
    {
        // Writing to the pod never ends, so that the fake server never gets to the ping behind what was sent.
        Server.Create(Pods, Pod("a", node: "n"));
        Server.ForwardPort("batch", "a", Port, _ => new(new DuplexStream(new Pipe().Reader.AsStream(), new FullStream())));
        var interval = TimeSpan.FromSeconds(1);
        var client = Connect(options: new KubernetesClientOptions { KeepAlivePingDelay = interval, KeepAlivePingTimeout = interval });
        await using var stream = await client.Pods("batch").PortForwardAsync("a", Port, Cancellation);

        await stream.WriteAsync(new byte[] { 1 }, Cancellation);
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[1], Cancellation).AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disposal_ends_a_read_that_waits(bool asynchronously)
    {
        var stream = await ForwardAsync(new DuplexStream(new Pipe().Reader.AsStream(), Stream.Null));
        var reading = stream.ReadAsync(new byte[1], Cancellation).AsTask();
        if (asynchronously)
        {
            await stream.DisposeAsync();
        }
        else
        {
            stream.Dispose();
        }

        await Record.ExceptionAsync(() => reading);
        Assert.True(reading.IsCompleted);
    }

    [Fact]
    public async Task A_commands_words_go_and_its_output_and_exit_code_come()
    {
        Server.Create(Pods, Pod("a", node: "n"));
        Server.SetExec("batch", "a", command => new FakeExecResult(command.Count, string.Join('|', command), "err"));
        using var stdout = new MemoryStream();
        using var stderr = new MemoryStream();

        var options = new PodExecOptions { Container = "main", Stdout = stdout, Stderr = stderr };
        Assert.Equal(3, await Client.Pods("batch").ExecAsync("a", ["sh", "-c", "a & b"], options, Cancellation));
        Assert.Equal(("sh|-c|a & b", "err"), (Encoding.UTF8.GetString(stdout.ToArray()), Encoding.UTF8.GetString(stderr.ToArray())));
        Assert.Equal(0, await Client.Pods("batch").ExecAsync("a", [], cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_command_whose_connection_ends_before_it_does_has_no_exit_code()
    {
        // The fake server breaks the connection of a command that the test knows no end of.
        Server.Create(Pods, Pod("a", node: "n"));

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods("batch").ExecAsync("a", ["true"], cancellationToken: Cancellation));
        Assert.True(failure.IsTransportFailure);
    }

    private static DuplexStream Echo()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        return new DuplexStream(pipe.Reader.AsStream(), pipe.Writer.AsStream());
    }

    private async Task<Stream> ForwardAsync(Stream pod)
    {
        Server.Create(Pods, new System.Text.Json.Nodes.JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["generateName"] = "p-" },
            ["spec"] = new System.Text.Json.Nodes.JsonObject { ["nodeName"] = "n" },
        });
        var name = (string)Server.All(Pods)[^1]["metadata"]!["name"]!;
        Server.ForwardPort("batch", name, Port, _ => new(pod));
        return await Client.Pods("batch").PortForwardAsync(name, Port, Cancellation);
    }

    /// <summary>Reads from one stream and writes to another.</summary>
    private sealed class DuplexStream(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            output.WriteAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    /// <summary>Takes nothing.</summary>
    private sealed class FullStream : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }
}
