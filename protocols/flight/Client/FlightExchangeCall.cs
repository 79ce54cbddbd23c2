using Executor.Grpc;
using Executor.Grpc.Client;

namespace Executor.Flight.Client;

/// <summary>
/// Data on its way in both directions. One task may write while another reads. Disposing a call that is not over cancels it.
/// </summary>
public sealed class FlightExchangeCall : IClientStreamWriter<FlightData>, IDisposable
{
    private readonly AsyncDuplexStreamingCall<FlightData, FlightData> _call;

    internal FlightExchangeCall(AsyncDuplexStreamingCall<FlightData, FlightData> call)
    {
        _call = call;
        Responses = call.ResponseStream.ReadAllAsync();
    }

    /// <summary>The server's data; each message is valid only until the next one is requested. To be enumerated once.</summary>
    public IAsyncEnumerable<FlightData> Responses { get; }

    /// <summary>Sends a message; completes when the transport has taken it, after which its memory may change.</summary>
    public Task WriteAsync(FlightData message, CancellationToken cancellationToken = default) => _call.RequestStream.WriteAsync(message, cancellationToken);

    /// <summary>Tells the server that no data follows.</summary>
    public Task CompleteAsync() => _call.RequestStream.CompleteAsync();

    /// <inheritdoc/>
    public void Dispose() => _call.Dispose();
}
