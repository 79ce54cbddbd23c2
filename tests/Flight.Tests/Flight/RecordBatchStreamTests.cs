using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Flight;
using Executor.Flight.AspNetCore;
using Executor.Flight.Client;
using Executor.Grpc.Client;
using Flight.Tests.Servers;
using Xunit;

namespace Flight.Tests.Flight;

public sealed class RecordBatchStreamTests
{
    private static readonly FlightDescriptor Descriptor = FlightDescriptor.CreatePathDescriptor("typed");

    private static readonly Schema Schema = new([new Field("n", Int32Type.Default, true), new Field("s", StringType.Default, true)], null);

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batches_written_are_batches_read_and_outlive_the_stream()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapFlightServer(new StoringFlightServer()));
        using var channel = host.Connect();
        await RoundTripAsync(new FlightClient(channel));
    }

    [Fact]
    public async Task Batches_pass_through_pyarrow()
    {
        using var server = await Python.ServeAsync("server.py");
        using var channel = GrpcChannel.ForAddress(server.Address);
        await RoundTripAsync(new FlightClient(channel), hasApplicationMetadata: false);
    }

    [Fact]
    public async Task A_stream_without_batches_has_its_schema()
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapFlightServer(new StoringFlightServer()));
        using var channel = host.Connect();
        var client = new FlightClient(channel);
        using (var put = client.DoPut(cancellationToken: TestToken))
        {
            await new FlightRecordBatchStreamWriter(put, Schema, Descriptor).WriteSchemaAsync(TestToken);
            await put.CompleteAsync();
            await put.Results.ToListAsync(TestToken);
        }

        await using var reader = new FlightRecordBatchStreamReader(client.DoGet(new FlightTicket("typed"), cancellationToken: TestToken));
        Assert.False(await reader.MoveNextAsync());
        Assert.Equal(["n", "s"], (await reader.GetSchemaAsync()).FieldsList.Select(field => field.Name));
    }

    [Fact]
    public async Task A_stream_without_a_schema_is_invalid_data()
    {
        await using var empty = new FlightRecordBatchStreamReader(AsyncEnumerable.Empty<FlightData>());
        await Assert.ThrowsAsync<InvalidDataException>(async () => await empty.MoveNextAsync());

        var rows = new MessageEncoder(Schema).EncodeRecordBatch(Batch(0));
        await using var headless = new FlightRecordBatchStreamReader(new[] { FlightData.Create(rows.Header, rows.Body) }.ToAsyncEnumerable());
        await Assert.ThrowsAsync<InvalidDataException>(async () => await headless.MoveNextAsync());
    }

    private static async Task RoundTripAsync(FlightClient client, bool hasApplicationMetadata = true)
    {
        const int count = 20;
        using (var put = client.DoPut(cancellationToken: TestToken))
        {
            var writer = new FlightRecordBatchStreamWriter(put, Schema, Descriptor);
            for (var index = 0; index < count; index++)
            {
                await writer.WriteAsync(Batch(index), new[] { (byte)index }, TestToken);
            }

            await put.CompleteAsync();
            await put.Results.ToListAsync(TestToken);
        }

        var batches = new List<RecordBatch>();
        await using (var reader = new FlightRecordBatchStreamReader(client.DoGet(new FlightTicket("typed"), cancellationToken: TestToken)))
        {
            while (await reader.MoveNextAsync())
            {
                Assert.Equal(hasApplicationMetadata ? [(byte)batches.Count] : [], reader.ApplicationMetadata.ToArray());
                batches.Add(reader.Current);
            }
        }

        Assert.Equal(count, batches.Count);
        for (var index = 0; index < count; index++)
        {
            var expected = Batch(index);
            Assert.Equal(((Int32Array)expected.Column(0)).ToList(), ((Int32Array)batches[index].Column(0)).ToList());
            Assert.Equal("text " + index, ((StringArray)batches[index].Column(1)).GetString(index));
            Assert.Null(((StringArray)batches[index].Column(1)).GetString(99));
        }
    }

    private static RecordBatch Batch(int seed)
    {
        var numbers = new Int32Array.Builder();
        var texts = new StringArray.Builder();
        for (var row = 0; row < 99; row++)
        {
            numbers.Append(row * seed);
            texts.Append("text " + row);
        }

        return new RecordBatch(Schema, [numbers.AppendNull().Build(), texts.AppendNull().Build()], 100);
    }
}
