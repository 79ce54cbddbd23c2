using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Grpc.Client;
using Flight.Tests.Servers;
using Xunit;

namespace Flight.Tests.Grpc;

public sealed class BackPressureTests
{
    private const int MessageLength = 1 << 20;
    private const int RoundTrips = 200;

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private static CallOptions Options => new(CancellationToken: TestToken);

    [Fact]
    public async Task A_client_that_does_not_read_holds_the_servers_writer_up()
    {
        var written = 0;
        await using var host = await KestrelHost.StartAsync(app =>
        {
            app.MapGrpcMethod(ByteMethods.ServerStreaming, async (byte[] _, IServerStreamWriter<byte[]> responses, ServerCallContext _) =>
            {
                var message = new byte[MessageLength];
                while (true)
                {
                    await responses.WriteAsync(message);
                    Interlocked.Increment(ref written);
                }
            });
            MapEcho(app);
        });
        using var channel = host.Connect(new GrpcChannelOptions { InitialHttp2StreamWindowSize = MessageLength });
        var invoker = channel.CreateCallInvoker();
        using var call = invoker.AsyncServerStreamingCall(ByteMethods.ServerStreaming, Options, []);
        for (var read = 1; read <= 3; read++)
        {
            Assert.True(await call.ResponseStream.MoveNext(TestToken));
            await RoundTripsAsync(invoker);

            // The client's window may hold 1 MiB at first and grows as the client reads; the server's buffer holds 256 KiB.
            Assert.InRange(Volatile.Read(ref written), read - 1, read + 20);
        }
    }

    [Fact]
    public async Task A_server_that_does_not_read_holds_the_clients_writer_up()
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(app =>
        {
            app.MapGrpcMethod(ByteMethods.ClientStreaming, async (IAsyncStreamReader<byte[]> requests, ServerCallContext context) =>
            {
                await read.Task.WaitAsync(context.CancellationToken);
                var count = 0;
                await foreach (var request in requests.ReadAllAsync())
                {
                    count++;
                }

                return BitConverter.GetBytes(count);
            });
            MapEcho(app);
        });
        using var channel = host.Connect();
        var invoker = channel.CreateCallInvoker();
        using var call = invoker.AsyncClientStreamingCall(ByteMethods.ClientStreaming, Options);
        var written = 0;
        const int total = 64;
        async Task WriteAsync()
        {
            var message = new byte[MessageLength];
            for (var index = 0; index < total; index++)
            {
                await call.RequestStream.WriteAsync(message, TestToken);
                Interlocked.Increment(ref written);
            }

            await call.RequestStream.CompleteAsync();
        }

        var writing = WriteAsync();
        await RoundTripsAsync(invoker);
        Assert.False(writing.IsCompleted);
        Assert.InRange(Volatile.Read(ref written), 0, 17);

        read.SetResult();
        await writing;
        Assert.Equal(total, BitConverter.ToInt32(await call));
    }

    private static void MapEcho(Microsoft.AspNetCore.Builder.WebApplication app)
        => app.MapGrpcMethod(ByteMethods.Unary, (byte[] request, ServerCallContext _) => Task.FromResult(request));

    /// <summary>Gives a stream of the same connection every chance to run ahead.</summary>
    private static async Task RoundTripsAsync(CallInvoker invoker)
    {
        for (var index = 0; index < RoundTrips; index++)
        {
            await invoker.AsyncUnaryCall(ByteMethods.Unary, Options, [1]);
        }
    }
}
