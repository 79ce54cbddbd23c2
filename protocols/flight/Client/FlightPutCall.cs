using Executor.Grpc;
using Executor.Grpc.Client;

namespace Executor.Flight.Client;

/// <summary>
/// Data on its way to a server, and what the server says about it. One task may write while another reads
/// <see cref="Results"/>; a server that waits for its results to be read stops taking data. Disposing a call that is not over
/// cancels it.
/// </summary>
public sealed class FlightPutCall : IClientStreamWriter<FlightData>, IDisposable
{
    private readonly AsyncDuplexStreamingCall<FlightData, FlightPutResult> _call;

    internal FlightPutCall(AsyncDuplexStreamingCall<FlightData, FlightPutResult> call)
    {
        _call = call;
        Results = call.ResponseStream.ReadAllAsync();
    }

    /// <summary>What the server says, until it ends the call. To be enumerated once.</summary>
    /// <exception cref="RpcException">The call failed (thrown by the enumeration).</exception>
    public IAsyncEnumerable<FlightPutResult> Results { get; }

    /// <summary>The server's headers.</summary>
    public Task<Metadata> ResponseHeadersAsync => _call.ResponseHeadersAsync;

    /// <summary>
    /// Sends a message; completes when the transport has taken it, after which its memory may change. Waiting is the back-pressure.
    /// </summary>
    /// <exception cref="RpcException">
    /// The server ended the call. If it had sent results before, its status is not known yet and this is
    /// <see cref="StatusCode.Unavailable"/>: the status is thrown at the end of <see cref="Results"/>.
    /// </exception>
    public Task WriteAsync(FlightData message, CancellationToken cancellationToken = default) => _call.RequestStream.WriteAsync(message, cancellationToken);

    /// <summary>Tells the server that no data follows. The put has succeeded when <see cref="Results"/> then ends without an exception.</summary>
    public Task CompleteAsync() => _call.RequestStream.CompleteAsync();

    /// <inheritdoc/>
    public void Dispose() => _call.Dispose();
}
