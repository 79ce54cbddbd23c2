using Executor.Grpc;

namespace Executor.Flight.AspNetCore;

/// <summary>
/// The data that a client sends. Each message lies in the server's transport buffers and is <b>valid only until the next one is
/// requested</b>. Not reading is the back-pressure: the client can send ahead what the HTTP/2 windows allow, and no more.
/// </summary>
public sealed class FlightDataReader : IAsyncStreamReader<FlightData>
{
    private readonly IAsyncStreamReader<FlightData> _requests;

    internal FlightDataReader(IAsyncStreamReader<FlightData> requests) => _requests = requests;

    /// <summary>The message that <see cref="MoveNext"/> last brought.</summary>
    public FlightData Current => _requests.Current;

    /// <summary>Waits for the next message; false when the client has sent all.</summary>
    /// <exception cref="OperationCanceledException">The client is gone or the deadline has passed; let it end the method.</exception>
    /// <exception cref="RpcException">The client broke the protocol; let it end the method.</exception>
    public Task<bool> MoveNext(CancellationToken cancellationToken = default) => _requests.MoveNext(cancellationToken);

    /// <summary>Reads to the end.</summary>
    public IAsyncEnumerable<FlightData> ReadAllAsync(CancellationToken cancellationToken = default) => _requests.ReadAllAsync(cancellationToken);
}
