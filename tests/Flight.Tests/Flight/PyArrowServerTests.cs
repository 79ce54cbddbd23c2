using System.Buffers;
using System.Text;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Flight;
using Executor.Flight.Client;
using Executor.Grpc;
using Executor.Grpc.Client;
using Flight.Tests.Servers;
using Xunit;

namespace Flight.Tests.Flight;

/// <summary>The client under test and the official implementation's server.</summary>
public sealed class PyArrowServerTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_put_is_listed_and_comes_back()
    {
        using var server = await Python.ServeAsync("server.py");
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new FlightClient(channel);
        var descriptor = FlightDescriptor.CreatePathDescriptor("run", "1");
        var batch = LargeBatch();
        using (var put = client.DoPut(cancellationToken: TestToken))
        {
            var encoder = new MessageEncoder(batch.Schema);
            var schema = encoder.EncodeSchema();
            await put.WriteAsync(new FlightData { Descriptor = descriptor, DataHeader = new(schema.Header) }, TestToken);
            for (var index = 0; index < 3; index++)
            {
                foreach (var message in encoder.Encode(batch))
                {
                    await put.WriteAsync(FlightData.Create(message.Header, message.Body), TestToken);
                }
            }

            await put.CompleteAsync();
            var said = await put.Results.Select(result => Encoding.ASCII.GetString(result.ApplicationMetadata.Span)).ToListAsync(TestToken);
            Assert.Equal(["1", "2", "3"], said);
        }

        var info = await client.GetFlightInfo(descriptor, cancellationToken: TestToken);
        Assert.Equal(3 * batch.Length, info.TotalRecords);
        Assert.True(info.Ordered);
        Assert.Equal("info", Encoding.ASCII.GetString(info.AppMetadata.Span));
        Assert.Equal(["run", "1"], info.Descriptor!.Paths);
        var endpoint = Assert.Single(info.Endpoints);
        Assert.Equal("grpc://127.0.0.1:1", Assert.Single(endpoint.Locations).Uri.ToString());
        Assert.Equal("meta", Encoding.ASCII.GetString(endpoint.AppMetadata.Span));
        Assert.Null(endpoint.ExpirationTime);
        Assert.Equal(info.Schema.ToArray(), (await client.GetSchema(descriptor, cancellationToken: TestToken)).Schema.ToArray());
        Assert.Single(await client.ListFlights(cancellationToken: TestToken).ToListAsync(TestToken));

        var decoder = new MessageDecoder();
        var rows = 0L;
        await foreach (var message in client.DoGet(endpoint.Ticket, cancellationToken: TestToken))
        {
            if (decoder.Decode(message.DataHeader.ToArray(), message.DataBody.ToArray()) is { } received)
            {
                Assert.True(((Int64Array)batch.Column(0)).Values.SequenceEqual(((Int64Array)received.Column(0)).Values));
                rows += received.Length;
            }
        }

        Assert.Equal(3 * batch.Length, rows);
    }

    [Fact]
    public async Task Actions_run_and_are_listed()
    {
        using var server = await Python.ServeAsync("server.py");
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new FlightClient(channel);
        var results = await client.DoAction(new FlightAction("echo", "hello"), cancellationToken: TestToken)
            .Select(result => Encoding.ASCII.GetString(result.Body.Span)).ToListAsync(TestToken);
        Assert.Equal(["hello", "done"], results);
        Assert.Equal([new FlightActionType("echo", "gives the body back")], await client.ListActions(cancellationToken: TestToken).ToListAsync(TestToken));
    }

    [Fact]
    public async Task Errors_have_the_status_that_the_server_meant()
    {
        using var server = await Python.ServeAsync("server.py");
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new FlightClient(channel);
        foreach (var code in Enum.GetValues<StatusCode>().Where(code => code is StatusCode.Unavailable or StatusCode.Unauthenticated
            or StatusCode.PermissionDenied or StatusCode.Internal or StatusCode.Unimplemented or StatusCode.NotFound or StatusCode.InvalidArgument))
        {
            var failure = await Assert.ThrowsAsync<RpcException>(
                async () => await client.DoAction(new FlightAction(code.ToString()), cancellationToken: TestToken).ToListAsync(TestToken));
            Assert.Equal(code, failure.StatusCode);
            Assert.Contains("\u2603", failure.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Leaving_an_endless_stream_ends_its_call_and_the_channel_goes_on()
    {
        using var server = await Python.ServeAsync("server.py");
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new FlightClient(channel);
        for (var round = 0; round < 3; round++)
        {
            var count = 0;
            await foreach (var message in client.DoGet(new FlightTicket("endless"), cancellationToken: TestToken))
            {
                if (++count == 100)
                {
                    break;
                }
            }

            Assert.Equal(100, count);
        }

        var deadline = (TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(300)).UtcDateTime;
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var message in client.DoGet(new FlightTicket("endless"), deadline: deadline, cancellationToken: TestToken))
            {
                Assert.True(message.Length >= 0);
            }
        });
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task A_killed_server_is_UNAVAILABLE()
    {
        using var server = await Python.ServeAsync("server.py");
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new FlightClient(channel);
        var count = 0;
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var message in client.DoGet(new FlightTicket("endless"), cancellationToken: TestToken))
            {
                if (++count == 10)
                {
                    server.Kill();
                }
            }
        });
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    private static RecordBatch LargeBatch()
    {
        var values = new Int64Array.Builder().AppendRange(Enumerable.Range(0, 1 << 20).Select(value => (long)value)).Build();
        return new RecordBatch(new Schema([new Field("n", Int64Type.Default, false)], null), [values], values.Length);
    }
}
