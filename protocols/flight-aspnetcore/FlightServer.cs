using Executor.Grpc;
using Executor.Grpc.AspNetCore;

namespace Executor.Flight.AspNetCore;

/// <summary>
/// The methods of a Flight service; those that are not overridden answer <see cref="StatusCode.Unimplemented"/>. One instance serves
/// all calls, so overrides must be safe for concurrent use. A method ends its call by returning, or with a status of its choice by
/// throwing <see cref="RpcException"/>; any other exception is logged and the client is told INTERNAL without its text.
/// </summary>
public abstract class FlightServer
{
    /// <summary>Where a data set can be had.</summary>
    public virtual Task<FlightInfo> GetFlightInfo(FlightDescriptor request, ServerCallContext context) => throw Unimplemented(context);

    /// <summary>Where the ready parts of a data set can be had; may wait for news until the deadline is near.</summary>
    public virtual Task<PollInfo> PollFlightInfo(FlightDescriptor request, ServerCallContext context) => throw Unimplemented(context);

    /// <summary>The schema of a data set.</summary>
    public virtual Task<SchemaResult> GetSchema(FlightDescriptor request, ServerCallContext context) => throw Unimplemented(context);

    /// <summary>The data sets that meet the criteria.</summary>
    public virtual Task ListFlights(FlightCriteria request, IServerStreamWriter<FlightInfo> responseStream, ServerCallContext context)
        => throw Unimplemented(context);

    /// <summary>Sends the data that a ticket stands for.</summary>
    public virtual Task DoGet(FlightTicket ticket, FlightDataWriter responseStream, ServerCallContext context) => throw Unimplemented(context);

    /// <summary>Takes data. The first message carries the schema and the descriptor.</summary>
    public virtual Task DoPut(FlightDataReader requestStream, IServerStreamWriter<FlightPutResult> responseStream, ServerCallContext context)
        => throw Unimplemented(context);

    /// <summary>Takes and sends data. The first message carries the descriptor.</summary>
    public virtual Task DoExchange(FlightDataReader requestStream, FlightDataWriter responseStream, ServerCallContext context)
        => throw Unimplemented(context);

    /// <summary>Runs an action.</summary>
    public virtual Task DoAction(FlightAction request, IServerStreamWriter<FlightResult> responseStream, ServerCallContext context)
        => throw Unimplemented(context);

    /// <summary>The actions that <see cref="DoAction"/> knows.</summary>
    public virtual Task ListActions(IServerStreamWriter<FlightActionType> responseStream, ServerCallContext context) => throw Unimplemented(context);

    /// <summary>
    /// Exchanges credentials for a token. Called only where <see cref="FlightServiceOptions.Authenticator"/> is not set, as that
    /// answers handshakes itself.
    /// </summary>
    public virtual Task Handshake(
        IAsyncStreamReader<FlightHandshakeRequest> requestStream, IServerStreamWriter<FlightHandshakeResponse> responseStream, ServerCallContext context)
        => throw Unimplemented(context);

    private static RpcException Unimplemented(ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new RpcException(new Status(StatusCode.Unimplemented, $"{context.Method} is not implemented."));
    }
}
