using Executor.Flight.AspNetCore.Authentication;
using Executor.Flight.Protocol;
using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Executor.Flight.AspNetCore;

/// <summary>Maps a Flight service to endpoints of ASP.NET Core.</summary>
public static class FlightEndpointRouteBuilderExtensions
{
    /// <summary>Serves <c>/arrow.flight.protocol.FlightService/*</c>.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="server">The methods.</param>
    /// <param name="options">Null for the defaults.</param>
    public static void MapFlightServer(this IEndpointRouteBuilder endpoints, FlightServer server, FlightServiceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(server);
        options ??= new FlightServiceOptions();
        var open = CallOptions(options);
        var guarded = CallOptions(options);
        if (options.Authenticator is { } authenticator)
        {
            guarded.BeforeCall = new CallAuthentication(authenticator).AuthenticateAsync;
            endpoints.MapGrpcMethod(FlightMethods.Handshake, new HandshakeAuthentication(authenticator).HandshakeAsync, open);
        }
        else
        {
            endpoints.MapGrpcMethod(FlightMethods.Handshake, server.Handshake, open);
        }

        endpoints.MapGrpcMethod(FlightMethods.ListFlights, server.ListFlights, guarded);
        endpoints.MapGrpcMethod(FlightMethods.GetFlightInfo, server.GetFlightInfo, guarded);
        endpoints.MapGrpcMethod(FlightMethods.PollFlightInfo, server.PollFlightInfo, guarded);
        endpoints.MapGrpcMethod(FlightMethods.GetSchema, server.GetSchema, guarded);
        endpoints.MapGrpcMethod(
            FlightMethods.DoGet,
            (ticket, responses, context) => server.DoGet(ticket, new FlightDataWriter(responses), context),
            guarded);
        endpoints.MapGrpcMethod(
            FlightMethods.DoPut,
            (requests, responses, context) => server.DoPut(new FlightDataReader(requests), responses, context),
            guarded);
        endpoints.MapGrpcMethod(
            FlightMethods.DoExchange,
            (requests, responses, context) => server.DoExchange(new FlightDataReader(requests), new FlightDataWriter(responses), context),
            guarded);
        endpoints.MapGrpcMethod(FlightMethods.DoAction, server.DoAction, guarded);
        endpoints.MapGrpcMethod(
            FlightMethods.ListActions,
            (Wire.Empty _, IServerStreamWriter<FlightActionType> responses, ServerCallContext context) => server.ListActions(responses, context),
            guarded);
        endpoints.MapGrpcUnimplemented(FlightMethods.ServiceName);
    }

    private static GrpcServiceOptions CallOptions(FlightServiceOptions options) => new()
    {
        MaxReceiveMessageSize = options.MaxReceiveMessageSize,
        ReceiveBudget = options.ReceiveBudget,
        TimeProvider = options.TimeProvider,
    };
}
