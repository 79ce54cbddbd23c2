using System.Buffers;
using Executor.Flight;
using Executor.Flight.AspNetCore;
using Executor.Flight.Client;
using Executor.Grpc;
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

    [Fact]
    public async Task What_is_stored_is_described()
    {
        var server = new StoringFlightServer();
        server.Streams["run/7"] = [([1, 2, 3, 4], [], []), ([5], [], new byte[1000])];
        await using var host = await KestrelHost.StartAsync(app => app.MapFlightServer(server));
        using var channel = host.Connect();
        var client = new FlightClient(channel);
        var descriptor = FlightDescriptor.CreatePathDescriptor("run", "7");

        var info = await client.GetFlightInfo(descriptor, cancellationToken: TestToken);
        var poll = await client.PollFlightInfo(descriptor, cancellationToken: TestToken);
        var listed = Assert.Single(await client.ListFlights(cancellationToken: TestToken).ToListAsync(TestToken));
        foreach (var found in (FlightInfo[])[info, poll.Info!, listed])
        {
            Assert.Equal(["run", "7"], found.Descriptor!.Paths);
            Assert.Equal((-1, 1000, true), (found.TotalRecords, found.TotalBytes, found.Ordered));
            var endpoint = Assert.Single(found.Endpoints);
            Assert.Equal("run/7"u8.ToArray(), endpoint.Ticket.Ticket.ToArray());
            Assert.Equal([new FlightLocation(FlightLocation.ReuseConnection)], endpoint.Locations);
            Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), endpoint.ExpirationTime);
        }

        Assert.Null(poll.Descriptor);
        Assert.Equal(1.0, poll.Progress);
        Assert.Equal(2030, poll.ExpirationTime!.Value.Year);
        Assert.Equal(info.Schema.ToArray(), (await client.GetSchema(descriptor, cancellationToken: TestToken)).Schema.ToArray());
    }

    [Fact]
    public async Task An_exchange_goes_both_ways()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapFlightServer(new StoringFlightServer()));
        using var channel = host.Connect();
        using var exchange = new FlightClient(channel).DoExchange(cancellationToken: TestToken);
        await using var responses = exchange.Responses.GetAsyncEnumerator(TestToken);
        for (byte index = 0; index < 5; index++)
        {
            await exchange.WriteAsync(FlightData.Create(new[] { index }, new byte[100_000], new byte[1]), TestToken);
            Assert.True(await responses.MoveNextAsync());
            Assert.Equal([index], responses.Current.DataHeader.ToArray());
            Assert.Equal(100_001, responses.Current.DataBody.Length);
        }

        await exchange.CompleteAsync();
        Assert.False(await responses.MoveNextAsync());
    }

    [Fact]
    public async Task Every_call_carries_the_authorization_of_its_moment()
    {
        var seen = new List<string?>();
        var options = new FlightServiceOptions
        {
            Authenticator = (token, context) =>
            {
                seen.Add(token);
                return token == "refused" ? throw new RpcException(new Status(StatusCode.Unauthenticated, "no")) : ValueTask.CompletedTask;
            },
        };
        await using var host = await KestrelHost.StartAsync(app => app.MapFlightServer(new StoringFlightServer(), options));
        using var channel = host.Connect();
        string? authorization = null;
        var client = new FlightClient(channel, new FlightClientOptions { AuthorizationProvider = () => authorization });

        foreach (var value in (string?[])[null, "Bearer first", "bearer second", "Basic " + Convert.ToBase64String("any:th:ird"u8)])
        {
            authorization = value;
            await client.ListActions(cancellationToken: TestToken).ToListAsync(TestToken);
        }

        foreach (var value in (string[])["Bearer refused", "Basic ***", "Basic " + Convert.ToBase64String("none"u8), "Digest x"])
        {
            authorization = value;
            using var put = client.DoPut(cancellationToken: TestToken);
            var failure = await Assert.ThrowsAsync<RpcException>(async () => await put.Results.ToListAsync(TestToken));
            Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        }

        Assert.Equal([null, "first", "second", "th:ird", "refused"], seen);
    }

    [Fact]
    public async Task Methods_that_a_server_does_not_have_are_UNIMPLEMENTED()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapFlightServer(new EmptyServer()));
        using var channel = host.Connect();
        var client = new FlightClient(channel);
        var descriptor = FlightDescriptor.CreateCommandDescriptor("x");
        Func<Task>[] calls =
        [
            () => client.GetFlightInfo(descriptor, cancellationToken: TestToken),
            () => client.PollFlightInfo(descriptor, cancellationToken: TestToken),
            () => client.GetSchema(descriptor, cancellationToken: TestToken),
            () => client.ListFlights(cancellationToken: TestToken).ToListAsync(TestToken).AsTask(),
            () => client.ListActions(cancellationToken: TestToken).ToListAsync(TestToken).AsTask(),
            () => client.DoAction(new FlightAction("x"), cancellationToken: TestToken).ToListAsync(TestToken).AsTask(),
            () => client.DoGet(new FlightTicket("x"), cancellationToken: TestToken).ToListAsync(TestToken).AsTask(),
            () => client.DoPut(cancellationToken: TestToken).Results.ToListAsync(TestToken).AsTask(),
            () => client.DoExchange(cancellationToken: TestToken).Responses.ToListAsync(TestToken).AsTask(),
        ];
        foreach (var call in calls)
        {
            Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
        }
    }

    private sealed class EmptyServer : FlightServer;
}
