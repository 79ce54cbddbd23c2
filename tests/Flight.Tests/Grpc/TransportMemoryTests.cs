using Executor.Grpc.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Grpc.Client;
using Flight.Tests.Servers;
using Xunit;

namespace Flight.Tests.Grpc;

public sealed class TransportMemoryTests
{
    [Fact]
    public async Task Kestrel_takes_its_buffers_from_the_pool()
    {
        var length = 0;
        await using var host = await KestrelHost.StartAsync(app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] request, ServerCallContext context) =>
        {
            length = context.GetHttpContext().Response.BodyWriter.GetMemory().Length;
            return Task.FromResult(request);
        }));
        using var channel = host.Connect();
        await channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, new CallOptions(CancellationToken: TestContext.Current.CancellationToken), []);
        Assert.Equal(64 * 1024, length);
    }

    [Fact]
    public void Blocks_are_used_again_and_who_finds_all_long_ones_in_use_gets_a_short_one()
    {
        using var pool = new TransportMemoryPool(8192, maxBlocks: 2);
        var blocks = Enumerable.Range(0, 4).Select(_ => pool.Rent(100)).ToArray();
        Assert.Equal([8192, 8192, 4096, 4096], blocks.Select(block => block.Memory.Length));
        foreach (var block in blocks)
        {
            block.Dispose();
            block.Dispose();
        }

        var again = Enumerable.Range(0, 5).Select(_ => pool.Rent()).ToArray();
        Assert.Equal([8192, 8192, 4096, 4096, 4096], again.Select(block => block.Memory.Length));
        Assert.Equal(4, again.Intersect(blocks).Count());
        Assert.Equal(5, again.Distinct().Count());
        Assert.InRange(pool.Rent(5000).Memory.Length, 5000, 8192);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(8193));
    }
}
