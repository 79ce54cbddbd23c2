using System.Net;
using System.Net.Sockets;
using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Grpc.Client;
using Executor.TestKit.Certificates;
using Flight.Tests.Servers;
using Microsoft.AspNetCore.Hosting;
using Xunit;

namespace Flight.Tests.Grpc;

public sealed class ConnectCallbackTests
{
    // The name leads nowhere: only the callback can have connected.
    private const string Name = "server.invalid:1";

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_are_made_by_the_callback_and_not_to_the_address()
    {
        await using var host = await StartAsync();
        var streams = 0;
        using var channel = GrpcChannel.ForAddress($"http://{Name}", new GrpcChannelOptions
        {
            ConnectCallback = cancellationToken =>
            {
                streams++;
                return ConnectAsync(host.Port, cancellationToken);
            },
        });

        Assert.Equal([1], await CallAsync(channel, [1]));
        Assert.Equal([2], await CallAsync(channel, [2]));
        Assert.Equal(1, streams);
    }

    [Fact]
    public async Task TLS_is_spoken_over_the_stream_and_the_name_of_the_address_is_verified()
    {
        using var authority = new TestAuthority();
        await using var host = await StartAsync(authority);
        var options = new GrpcChannelOptions
        {
            RootCertificates = [authority.Certificate],
            ConnectCallback = cancellationToken => ConnectAsync(host.Port, cancellationToken),
        };

        using (var channel = GrpcChannel.ForAddress("https://127.0.0.1:1", options))
        {
            Assert.Equal([1], await CallAsync(channel, [1]));
        }

        using var misnamed = GrpcChannel.ForAddress($"https://{Name}", options);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => CallAsync(misnamed, [1]))).StatusCode);
    }

    [Fact]
    public async Task What_the_callback_throws_makes_the_call_UNAVAILABLE_with_its_message()
    {
        using var channel = GrpcChannel.ForAddress($"http://{Name}", new GrpcChannelOptions
        {
            ConnectCallback = _ => throw new InvalidOperationException("the tunnel is closed"),
        });

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel, [1]));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Contains("the tunnel is closed", failure.Status.Detail, StringComparison.Ordinal);
    }

    private static Task<KestrelHost> StartAsync(TestAuthority? authority = null) => KestrelHost.StartAsync(
        app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] request, ServerCallContext _) => Task.FromResult(request)),
        endpoint =>
        {
            if (authority is not null)
            {
                endpoint.UseHttps(authority.Server("localhost"));
            }
        });

    private static async ValueTask<Stream> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<byte[]> CallAsync(GrpcChannel channel, byte[] request) =>
        await channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, new CallOptions(CancellationToken: TestToken), request);
}
