using System.Net;
using System.Text.Json;
using Executor.Flight;
using Executor.Flight.AspNetCore;
using Executor.Flight.Client;
using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Grpc.Client;
using Executor.Shuffle.Channel.Flight;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Executor.TaskRunner.Tests.Processes;

/// <summary>A store of before there were ranges of instances: passes everything on to one of today, but for the range in what is to be read.</summary>
internal sealed class RangelessStore : FlightServer, IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly FlightClient _client;
    private WebApplication? _application;

    private RangelessStore(Uri store)
    {
        _channel = GrpcChannel.ForAddress(store.GetLeftPart(UriPartial.Authority));
        _client = new FlightClient(_channel);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_application!.Urls.Single());

    /// <summary>How many ranges it has not understood.</summary>
    public int RangesLost { get; private set; }

    public static async Task<RangelessStore> StartAsync(Uri store)
    {
        var server = new RangelessStore(store);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseGrpcLimits();
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        server._application = builder.Build();
        server._application.MapFlightServer(server);
        await server._application.StartAsync();
        return server;
    }

    /// <inheritdoc/>
    public override async Task DoGet(FlightTicket ticket, FlightDataWriter responseStream, ServerCallContext context)
    {
        var command = ShuffleJson.Read(ticket.Ticket.Span, ShuffleJson.Default.ReadCommand);
        RangesLost += command.Selection.Sources is null ? 0 : 1;
        var understood = command with { Selection = command.Selection with { Sources = null } };
        var passedOn = new FlightTicket(JsonSerializer.SerializeToUtf8Bytes(understood, ShuffleJson.Default.ReadCommand));
        await foreach (var message in _client.DoGet(passedOn, Key(context), cancellationToken: context.CancellationToken))
        {
            await responseStream.WriteAsync(message, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task DoAction(FlightAction request, IServerStreamWriter<FlightResult> responseStream, ServerCallContext context)
    {
        await foreach (var result in _client.DoAction(request, Key(context), cancellationToken: context.CancellationToken))
        {
            await responseStream.WriteAsync(result, context.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_application?.DisposeAsync() ?? ValueTask.CompletedTask);
        _channel.Dispose();
    }

    private static Metadata Key(ServerCallContext context) => new() { { "authorization", context.GetHttpContext().Request.Headers.Authorization.ToString() } };
}
