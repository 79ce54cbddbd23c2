using Executor.Grpc;

namespace Executor.Flight.AspNetCore;

/// <summary>
/// Sends data to a client. One write at a time; each completes when the server's buffers, of a fixed size per call, have taken the
/// message, so that a client that does not read holds the writer up.
/// </summary>
public sealed class FlightDataWriter : IServerStreamWriter<FlightData>
{
    private readonly IServerStreamWriter<FlightData> _responses;

    internal FlightDataWriter(IServerStreamWriter<FlightData> responses) => _responses = responses;

    /// <summary>Sends a message, after which its memory may change.</summary>
    /// <exception cref="OperationCanceledException">The client is gone or the deadline has passed; let it end the method.</exception>
    public Task WriteAsync(FlightData message, CancellationToken cancellationToken = default) => _responses.WriteAsync(message, cancellationToken);
}
