using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using Executor.Flight;
using Executor.Flight.AspNetCore;
using Executor.Grpc;
using Executor.Grpc.AspNetCore;

namespace Flight.Tests.Servers;

/// <summary>Keeps what is put under its path and gives it back, undecoded.</summary>
internal sealed class StoringFlightServer : FlightServer
{
    public ConcurrentDictionary<string, List<(byte[] Header, byte[] AppMetadata, byte[] Body)>> Streams { get; } = new();

    public override async Task DoPut(FlightDataReader requestStream, IServerStreamWriter<FlightPutResult> responseStream, ServerCallContext context)
    {
        var messages = new List<(byte[], byte[], byte[])>();
        FlightDescriptor? descriptor = null;
        while (await requestStream.MoveNext())
        {
            var message = requestStream.Current;
            descriptor ??= message.Descriptor;
            messages.Add((message.DataHeader.ToArray(), message.AppMetadata.ToArray(), message.DataBody.ToArray()));
            await responseStream.WriteAsync(new FlightPutResult(System.Text.Encoding.ASCII.GetBytes(messages.Count.ToString(CultureInfo.InvariantCulture))));
        }

        if (descriptor is null)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "A put begins with a descriptor."));
        }

        Streams[descriptor.ToString()] = messages;
    }

    public override async Task DoGet(FlightTicket ticket, FlightDataWriter responseStream, ServerCallContext context)
    {
        var name = System.Text.Encoding.UTF8.GetString(ticket.Ticket.Span);
        foreach (var (header, appMetadata, body) in name == "endless" ? Endless(Find("run/endless")) : Find(name))
        {
            await responseStream.WriteAsync(new FlightData
            {
                DataHeader = new(header),
                AppMetadata = new(appMetadata),
                DataBody = BodySequence.Join(body.AsMemory(0, body.Length / 2), body.AsMemory(body.Length / 2)),
            });
        }
    }

    public override Task<FlightInfo> GetFlightInfo(FlightDescriptor request, ServerCallContext context)
    {
        var name = request.ToString();
        var bytes = Find(name).Sum(message => (long)message.Body.Length);
        var endpoint = new FlightEndpoint(new FlightTicket(name), [new FlightLocation(FlightLocation.ReuseConnection)])
        {
            ExpirationTime = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero),
            AppMetadata = "endpoint"u8.ToArray(),
        };
        return Task.FromResult(new FlightInfo(Encapsulate(Find(name)[0].Header), request, [endpoint]) { TotalBytes = bytes, Ordered = true, AppMetadata = "info"u8.ToArray() });
    }

    public override async Task<PollInfo> PollFlightInfo(FlightDescriptor request, ServerCallContext context)
        => new(await GetFlightInfo(request, context), null) { Progress = 1.0, ExpirationTime = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) };

    public override Task<SchemaResult> GetSchema(FlightDescriptor request, ServerCallContext context)
        => Task.FromResult(new SchemaResult(Encapsulate(Find(request.ToString())[0].Header)));

    public override async Task ListFlights(FlightCriteria request, IServerStreamWriter<FlightInfo> responseStream, ServerCallContext context)
    {
        foreach (var name in Streams.Keys.Order())
        {
            await responseStream.WriteAsync(await GetFlightInfo(FlightDescriptor.CreatePathDescriptor(name.Split('/')), context));
        }
    }

    public override async Task DoExchange(FlightDataReader requestStream, FlightDataWriter responseStream, ServerCallContext context)
    {
        // pyarrow sends the descriptor of an exchange in a message of its own.
        await foreach (var message in requestStream.ReadAllAsync().Where(message => message.Length > 0))
        {
            await responseStream.WriteAsync(new FlightData { DataHeader = message.DataHeader, AppMetadata = message.AppMetadata, DataBody = message.DataBody });
        }
    }

    public override async Task DoAction(FlightAction request, IServerStreamWriter<FlightResult> responseStream, ServerCallContext context)
    {
        switch (request.Type)
        {
            case "echo":
                await responseStream.WriteAsync(new FlightResult(request.Body));
                await responseStream.WriteAsync(new FlightResult("done"));
                break;
            case "fail":
                var text = System.Text.Encoding.UTF8.GetString(request.Body.Span);
                throw new RpcException(new Status(Enum.Parse<StatusCode>(text), $"asked to fail: {text} – 100 %"));
            case "defect":
                throw new InvalidOperationException("the secret inside of the server");
            case "wait":
                await responseStream.WriteAsync(new FlightResult("waiting"));
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
                break;
            default:
                throw new RpcException(new Status(StatusCode.InvalidArgument, $"There is no action '{request.Type}'."));
        }
    }

    public override async Task ListActions(IServerStreamWriter<FlightActionType> responseStream, ServerCallContext context)
        => await responseStream.WriteAsync(new FlightActionType("echo", "gives the body back"));

    /// <summary>The schema, then the same empty message for ever.</summary>
    private static IEnumerable<(byte[] Header, byte[] AppMetadata, byte[] Body)> Endless(List<(byte[] Header, byte[] AppMetadata, byte[] Body)> stored)
    {
        yield return stored[0];
        while (true)
        {
            yield return ([], "more"u8.ToArray(), []);
        }
    }

    private static byte[] Encapsulate(byte[] header) => [0xFF, 0xFF, 0xFF, 0xFF, .. BitConverter.GetBytes(header.Length), .. header];

    private List<(byte[] Header, byte[] AppMetadata, byte[] Body)> Find(string name)
        => Streams.TryGetValue(name, out var messages) ? messages : throw new RpcException(new Status(StatusCode.NotFound, $"There is no '{name}'."));
}
