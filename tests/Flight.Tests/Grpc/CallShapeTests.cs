using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Grpc.Client;
using Flight.Tests.Servers;
using Xunit;

namespace Flight.Tests.Grpc;

public sealed class CallShapeTests
{
    private static CallOptions Options => new(CancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_unary_call_answers_with_headers_and_trailers()
    {
        ServerCallContext? seen = null;
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Unary, async (byte[] request, ServerCallContext context) =>
        {
            seen = context;
            Assert.Equal("Bearer x", context.RequestHeaders.GetValue("authorization"));
            Assert.Equal([0, 255], context.RequestHeaders.GetValueBytes("raw-bin"));
            Assert.Null(context.RequestHeaders.Get("te"));
            Assert.StartsWith("ipv4:127.0.0.1:", context.Peer, StringComparison.Ordinal);
            Assert.Equal(DateTime.MaxValue, context.Deadline);
            await context.WriteResponseHeadersAsync(new Metadata { { "first", "1" } });
            context.ResponseTrailers.Add("last-bin", [1, 2, 3]);
            return [.. request, 9];
        }));
        using var channel = host.Connect();
        var headers = new Metadata { { "Authorization", "Bearer x" }, { "raw-bin", [0, 255] } };

        using var call = channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, Options with { Headers = headers }, [1]);

        Assert.Equal("1", (await call.ResponseHeadersAsync).GetValue("first"));
        Assert.Equal([1, 9], await call);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal([1, 2, 3], call.GetTrailers().GetValueBytes("last-bin"));
        Assert.Equal("/test.Bytes/Unary", seen!.Method);
    }

    [Fact]
    public async Task A_client_streaming_call_gathers()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.ClientStreaming, async (IAsyncStreamReader<byte[]> requests, ServerCallContext context) =>
        {
            var all = new List<byte>();
            await foreach (var request in requests.ReadAllAsync())
            {
                all.AddRange(request);
            }

            return all.ToArray();
        }));
        using var channel = host.Connect();
        using var call = channel.CreateCallInvoker().AsyncClientStreamingCall(ByteMethods.ClientStreaming, Options);
        await call.RequestStream.WriteAsync([1], TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync([], TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync([2, 3], TestContext.Current.CancellationToken);
        await call.RequestStream.CompleteAsync();
        Assert.Equal([1, 2, 3], await call);
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync([4], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_streaming_call_may_send_nothing_and_much()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.ServerStreaming, async (byte[] request, IServerStreamWriter<byte[]> responses, ServerCallContext context) =>
        {
            for (var index = 0; index < request[0]; index++)
            {
                await responses.WriteAsync(new byte[index * 10_000]);
            }
        }));
        using var channel = host.Connect();
        foreach (var count in (byte[])[0, 1, 50])
        {
            using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(ByteMethods.ServerStreaming, Options, [count]);
            var lengths = await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken).Select(response => response.Length).ToListAsync(TestContext.Current.CancellationToken);
            Assert.Equal(Enumerable.Range(0, count).Select(index => index * 10_000), lengths);
            Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        }
    }

    [Fact]
    public async Task A_duplex_call_converses()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Duplex, async (IAsyncStreamReader<byte[]> requests, IServerStreamWriter<byte[]> responses, ServerCallContext context) =>
        {
            await responses.WriteAsync([100]);
            await foreach (var request in requests.ReadAllAsync())
            {
                await responses.WriteAsync(request);
            }
        }));
        using var channel = host.Connect();
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(ByteMethods.Duplex, Options);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal([100], call.ResponseStream.Current);
        for (byte index = 0; index < 10; index++)
        {
            await call.RequestStream.WriteAsync([index], TestContext.Current.CancellationToken);
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal([index], call.ResponseStream.Current);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Many_calls_share_a_channel()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] request, ServerCallContext _) => Task.FromResult(request)));
        using var channel = host.Connect();
        var invoker = channel.CreateCallInvoker();
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(async index =>
            BitConverter.ToInt32(await invoker.AsyncUnaryCall(ByteMethods.Unary, Options, BitConverter.GetBytes(index)))));
        Assert.Equal(Enumerable.Range(0, 300), answers);
    }

    [Fact]
    public async Task A_server_on_a_unix_domain_socket_is_called()
    {
        var path = Path.Combine(Path.GetTempPath(), $"flight-{Guid.NewGuid():N}.sock");
        await using var host = await KestrelHost.StartAsync(
            app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] _, ServerCallContext context) => Task.FromResult(System.Text.Encoding.ASCII.GetBytes(context.Peer))),
            socketPath: path);
        using var channel = GrpcChannel.ForAddress($"unix://{path}");
        Assert.Equal("unix:", System.Text.Encoding.ASCII.GetString(await channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, Options, [])));
    }
}
