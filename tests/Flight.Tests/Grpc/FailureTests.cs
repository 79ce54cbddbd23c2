using System.Net;
using System.Net.Sockets;
using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Grpc.Client;
using Flight.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Flight.Tests.Grpc;

public sealed class FailureTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private static CallOptions Options => new(CancellationToken: TestToken);

    [Fact]
    public async Task A_refused_connection_is_UNAVAILABLE()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        var invoker = channel.CreateCallInvoker();

        var failure = await Assert.ThrowsAsync<RpcException>(() => invoker.AsyncUnaryCall(ByteMethods.Unary, Options, []).ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        using var duplex = invoker.AsyncDuplexStreamingCall(ByteMethods.Duplex, Options);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => duplex.RequestStream.WriteAsync([1], TestContext.Current.CancellationToken))).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => duplex.ResponseStream.MoveNext(TestToken))).StatusCode);
    }

    [Fact]
    public async Task A_lost_connection_is_UNAVAILABLE_wherever_the_call_is()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Duplex, async (IAsyncStreamReader<byte[]> requests, IServerStreamWriter<byte[]> responses, ServerCallContext context) =>
        {
            while (await requests.MoveNext(context.CancellationToken))
            {
                await responses.WriteAsync(requests.Current);
            }
        }));
        foreach (var started in (bool[])[true, false])
        {
            using var proxy = new BreakableProxy(host.Port);
            using var channel = GrpcChannel.ForAddress(proxy.Address);
            using var reading = channel.CreateCallInvoker().AsyncDuplexStreamingCall(ByteMethods.Duplex, Options);
            using var writing = channel.CreateCallInvoker().AsyncDuplexStreamingCall(ByteMethods.Duplex, Options);
            if (started)
            {
                await reading.RequestStream.WriteAsync([1], TestToken);
                Assert.True(await reading.ResponseStream.MoveNext(TestToken));
            }

            await writing.RequestStream.WriteAsync([1], TestToken);
            var read = reading.ResponseStream.MoveNext(TestToken);
            proxy.Break();

            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
            var message = new byte[1 << 20];
            var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            {
                while (true)
                {
                    await writing.RequestStream.WriteAsync(message, TestToken);
                }
            });
            Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        }
    }

    [Fact]
    public async Task A_status_that_a_method_throws_reaches_the_client_with_its_trailers()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] _, ServerCallContext _) =>
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "zu groß: 100 %\n"), new Metadata { { "retry-after", "3" } })));
        var failure = await CallAsync(host);
        Assert.Equal(new Status(StatusCode.ResourceExhausted, "zu groß: 100 %\n"), failure.Status);
        Assert.Equal("3", failure.Trailers.GetValue("retry-after"));
    }

    [Fact]
    public async Task An_unexpected_exception_is_INTERNAL_without_its_text_and_logged()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] _, ServerCallContext _) =>
            throw new InvalidOperationException("password=hunter2")));
        var failure = await CallAsync(host);
        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains(host.Log.Entries, entry => entry.Level == LogLevel.Error && entry.Exception is InvalidOperationException);
    }

    [Fact]
    public async Task A_status_after_messages_reaches_reader_and_writer()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Duplex, async (IAsyncStreamReader<byte[]> requests, IServerStreamWriter<byte[]> responses, ServerCallContext _) =>
        {
            await responses.WriteAsync([1]);
            throw new RpcException(new Status(StatusCode.Aborted, "enough"));
        }));
        using var channel = host.Connect();
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(ByteMethods.Duplex, Options);
        Assert.True(await call.ResponseStream.MoveNext(TestToken));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestToken));
        Assert.Equal(new Status(StatusCode.Aborted, "enough"), failure.Status);
        Assert.Equal(StatusCode.Aborted, (await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync([2], TestContext.Current.CancellationToken))).StatusCode);
    }

    [Fact]
    public async Task A_writer_learns_why_the_server_ended_the_call_early()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Duplex, (IAsyncStreamReader<byte[]> _, IServerStreamWriter<byte[]> _, ServerCallContext _) =>
            throw new RpcException(new Status(StatusCode.PermissionDenied, "not you"))));
        using var channel = host.Connect();
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(ByteMethods.Duplex, Options);
        var message = new byte[1 << 20];
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
            {
                await call.RequestStream.WriteAsync(message, TestContext.Current.CancellationToken);
            }
        });
        Assert.Equal(new Status(StatusCode.PermissionDenied, "not you"), failure.Status with { DebugException = null });
    }

    [Fact]
    public async Task An_unknown_method_is_UNIMPLEMENTED()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcUnimplemented("test.Bytes"));
        Assert.Equal(StatusCode.Unimplemented, (await CallAsync(host)).StatusCode);
        await using var bare = await KestrelHost.StartAsync(_ => { });
        Assert.Equal(StatusCode.Unimplemented, (await CallAsync(bare)).StatusCode);
    }

    [Fact]
    public async Task Messages_over_the_limits_are_RESOURCE_EXHAUSTED_on_both_sides()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(
            ByteMethods.Unary,
            (byte[] request, ServerCallContext _) => Task.FromResult(new byte[request.Length * 10]),
            new GrpcServiceOptions { MaxReceiveMessageSize = 1000 }));
        var tooLongForServer = await CallAsync(host, new byte[1001]);
        Assert.Equal(StatusCode.ResourceExhausted, tooLongForServer.StatusCode);
        Assert.Contains("limit of 1000 bytes", tooLongForServer.Status.Detail, StringComparison.Ordinal);
        var tooLongForClient = await CallAsync(host, new byte[1000], new GrpcChannelOptions { MaxReceiveMessageSize = 9999 });
        Assert.Equal(StatusCode.ResourceExhausted, tooLongForClient.StatusCode);
        Assert.Contains("10000 bytes", tooLongForClient.Status.Detail, StringComparison.Ordinal);
        var tooLongToSend = await CallAsync(host, new byte[11], new GrpcChannelOptions { MaxSendMessageSize = 10 });
        Assert.Equal(StatusCode.ResourceExhausted, tooLongToSend.StatusCode);
        Assert.Contains("for sent messages", tooLongToSend.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    public async Task An_answer_that_is_not_grpc_gets_the_status_of_the_specification(int http, StatusCode expected)
    {
        await using var host = await Answering(context => { context.Response.StatusCode = http; return Task.CompletedTask; });
        Assert.Equal(expected, (await CallAsync(host)).StatusCode);
    }

    [Fact]
    public async Task Broken_answers_have_a_status_too()
    {
        await using var noType = await Answering(context => context.Response.WriteAsync("<html>"));
        Assert.Equal(StatusCode.Unknown, (await CallAsync(noType)).StatusCode);

        await using var noStatus = await Answering(context => Send(context, [0, 0, 0, 0, 0]));
        Assert.Equal(StatusCode.Unknown, (await CallAsync(noStatus)).StatusCode);

        await using var truncated = await Answering(context => Send(context, [0, 0, 0, 0, 9, 1], "0"));
        Assert.Equal(StatusCode.Internal, (await CallAsync(truncated)).StatusCode);

        await using var compressed = await Answering(context => Send(context, [1, 0, 0, 0, 1, 1], "0"));
        Assert.Equal(StatusCode.Internal, (await CallAsync(compressed)).StatusCode);

        await using var two = await Answering(context => Send(context, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "0"));
        Assert.Equal(StatusCode.Internal, (await CallAsync(two)).StatusCode);

        await using var none = await Answering(context => Send(context, [], "0"));
        Assert.Equal(StatusCode.Internal, (await CallAsync(none)).StatusCode);

        await using var unknownCode = await Answering(context => Send(context, [], "99"));
        Assert.Equal(StatusCode.Unknown, (await CallAsync(unknownCode)).StatusCode);

        await using var reset = await Answering(async context => { await Send(context, [0, 0, 0, 0, 9, 1]); context.Abort(); });
        Assert.Contains((await CallAsync(reset)).StatusCode, (StatusCode[])[StatusCode.Unavailable, StatusCode.Internal, StatusCode.Cancelled]);
    }

    [Theory]
    [InlineData("application/json", 415)]
    [InlineData("application/grpc", 200)]
    public async Task A_request_that_is_not_grpc_gets_an_HTTP_status(string contentType, int expected)
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] request, ServerCallContext _) => Task.FromResult(request)));
        using var response = await PostAsync(host, [0, 0, 0, 0, 0], contentType);
        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(null, StatusCode.Internal)]
    [InlineData("gzip", StatusCode.Unimplemented)]
    public async Task A_compressed_request_is_refused(string? encoding, StatusCode expected)
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] request, ServerCallContext _) => Task.FromResult(request)));
        using var response = await PostAsync(host, [1, 0, 0, 0, 1, 7], "application/grpc", encoding);
        Assert.Equal([((int)expected).ToString(System.Globalization.CultureInfo.InvariantCulture)], response.Headers.GetValues("grpc-status"));
        Assert.Equal(encoding is not null, response.Headers.TryGetValues("grpc-accept-encoding", out _));
    }

    private static async Task<RpcException> CallAsync(KestrelHost host, byte[]? request = null, GrpcChannelOptions? options = null)
    {
        using var channel = host.Connect(options);
        return await Assert.ThrowsAsync<RpcException>(() => channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, Options, request ?? []).ResponseAsync);
    }

    private static Task<KestrelHost> Answering(RequestDelegate answer) => KestrelHost.StartAsync(app => app.MapPost(ByteMethods.Unary.FullName, answer));

    private static async Task Send(HttpContext context, byte[] bytes, string? status = null)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(bytes);
        await context.Response.Body.FlushAsync();
        if (status is not null)
        {
            context.Response.AppendTrailer("grpc-status", status);
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(KestrelHost host, byte[] bytes, string contentType, string? encoding = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, host.Address + ByteMethods.Unary.FullName)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(bytes),
        };
        request.Content.Headers.Add("content-type", contentType);
        if (encoding is not null)
        {
            request.Headers.Add("grpc-encoding", encoding);
        }

        return await client.SendAsync(request, TestToken);
    }
}
