using System.Buffers;
using Executor.Flight;
using Executor.Flight.AspNetCore;
using Executor.Flight.Client;
using Flight.Tests.Servers;
using Xunit;

namespace Flight.Tests.Flight;

public sealed class RawFlightTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_put_comes_back_byte_for_byte()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapFlightServer(new StoringFlightServer()));
        using var channel = host.Connect();
        var client = new FlightClient(channel);
        const int seed = 4711;
        var random = new Random(seed);
        var bodies = new[] { 0, 1, 4096, 1 << 20, 20 << 20 }.Select(length => { var bytes = new byte[length]; random.NextBytes(bytes); return bytes; }).ToArray();

        using (var put = client.DoPut(cancellationToken: TestToken))
        {
            var results = put.Results.Select(result => result.ApplicationMetadata.ToArray()).ToListAsync(TestToken).AsTask();
            for (var index = 0; index < bodies.Length; index++)
            {
                await put.WriteAsync(new FlightData
                {
                    Descriptor = index == 0 ? FlightDescriptor.CreatePathDescriptor("run", "7") : null,
                    DataHeader = new([1, 2, 3, (byte)index]),
                    AppMetadata = new([9, (byte)index]),
                    DataBody = BodySequence.Join(bodies[index].AsMemory(0, bodies[index].Length / 3), bodies[index].AsMemory(bodies[index].Length / 3)),
                }, TestToken);
            }

            await put.CompleteAsync();
            Assert.Equal(["1", "2", "3", "4", "5"], (await results).Select(System.Text.Encoding.ASCII.GetString));
        }

        var count = 0;
        await foreach (var message in client.DoGet(new FlightTicket("run/7"), cancellationToken: TestToken))
        {
            Assert.Equal([1, 2, 3, (byte)count], message.DataHeader.ToArray());
            Assert.Equal([9, (byte)count], message.AppMetadata.ToArray());
            Assert.True(bodies[count].AsSpan().SequenceEqual(message.DataBody.ToArray()), $"body {count}, seed {seed}");
            count++;
        }

        Assert.Equal(bodies.Length, count);
    }
}
