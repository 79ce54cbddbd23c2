using System.Runtime.CompilerServices;
using Executor.Flight.Protocol;
using Executor.Grpc;
using Executor.Grpc.Client;

namespace Executor.Flight.Client;

/// <summary>
/// Calls a Flight server, without decoding the Arrow data that passes. Thread-safe; it does not own its channel. Every failed call
/// throws <see cref="RpcException"/>, with <see cref="StatusCode.Cancelled"/> for a cancelled token and
/// <see cref="StatusCode.DeadlineExceeded"/> for a passed deadline (in UTC). Leaving an enumeration early cancels its call.
/// </summary>
public sealed class FlightClient
{
    private readonly CallInvoker _invoker;
    private readonly FlightClientOptions _options;

    /// <summary>A client over a channel.</summary>
    /// <param name="channel">The connection.</param>
    /// <param name="options">Null for the defaults.</param>
    public FlightClient(GrpcChannel channel, FlightClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _invoker = channel.CreateCallInvoker();
        _options = options ?? new FlightClientOptions();
    }

    /// <summary>Where a data set can be had.</summary>
    public Task<FlightInfo> GetFlightInfo(
        FlightDescriptor descriptor, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
        => _invoker.AsyncUnaryCall(FlightMethods.GetFlightInfo, Options(headers, deadline, cancellationToken), descriptor).ResponseAsync;

    /// <summary>Where the parts of a data set can be had that are ready, and how to ask for the others.</summary>
    public Task<PollInfo> PollFlightInfo(
        FlightDescriptor descriptor, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
        => _invoker.AsyncUnaryCall(FlightMethods.PollFlightInfo, Options(headers, deadline, cancellationToken), descriptor).ResponseAsync;

    /// <summary>The schema of a data set.</summary>
    public Task<SchemaResult> GetSchema(
        FlightDescriptor descriptor, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
        => _invoker.AsyncUnaryCall(FlightMethods.GetSchema, Options(headers, deadline, cancellationToken), descriptor).ResponseAsync;

    /// <summary>The data sets of the server.</summary>
    public IAsyncEnumerable<FlightInfo> ListFlights(
        FlightCriteria? criteria = null, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
        => ReadAsync(FlightMethods.ListFlights, criteria ?? new FlightCriteria(), headers, deadline, cancellationToken);

    /// <summary>
    /// A stream of data. Each message is valid only until the next one is requested; on this side its bytes are contiguous.
    /// </summary>
    public IAsyncEnumerable<FlightData> DoGet(
        FlightTicket ticket, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
        => ReadAsync(FlightMethods.DoGet, ticket, headers, deadline, cancellationToken);

    /// <summary>Starts to send data. The first message must carry the schema and the descriptor.</summary>
    public FlightPutCall DoPut(Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
        => new(_invoker.AsyncDuplexStreamingCall(FlightMethods.DoPut, Options(headers, deadline, cancellationToken)));

    /// <summary>Starts to send and receive data. The first message must carry the descriptor.</summary>
    public FlightExchangeCall DoExchange(Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
        => new(_invoker.AsyncDuplexStreamingCall(FlightMethods.DoExchange, Options(headers, deadline, cancellationToken)));

    /// <summary>Runs an action of the server.</summary>
    public IAsyncEnumerable<FlightResult> DoAction(
        FlightAction action, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
        => ReadAsync(FlightMethods.DoAction, action, headers, deadline, cancellationToken);

    /// <summary>The actions that the server knows.</summary>
    public IAsyncEnumerable<FlightActionType> ListActions(
        Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
        => ReadAsync(FlightMethods.ListActions, new Wire.Empty(), headers, deadline, cancellationToken);

    private async IAsyncEnumerable<TResponse> ReadAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        TRequest request,
        Metadata? headers,
        DateTime? deadline,
        CancellationToken callToken,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var call = _invoker.AsyncServerStreamingCall(method, Options(headers, deadline, callToken), request);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            yield return call.ResponseStream.Current;
        }
    }

    private CallOptions Options(Metadata? headers, DateTime? deadline, CancellationToken cancellationToken)
    {
        if (_options.AuthorizationProvider?.Invoke() is { } authorization)
        {
            var own = new Metadata { { "authorization", authorization } };
            foreach (var entry in headers ?? [])
            {
                own.Add(entry);
            }

            headers = own;
        }

        return new CallOptions(headers, deadline, cancellationToken);
    }
}
