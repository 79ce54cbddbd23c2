namespace Executor.Flight;

/// <summary>Where an endpoint's stream may be had.</summary>
/// <param name="Uri">The address: <c>grpc+tcp://</c>, <c>grpc+tls://</c>, <c>grpc+unix://</c>, <c>http(s)://</c> of an Arrow IPC
/// stream, or <see cref="ReuseConnection"/>.</param>
public sealed record FlightLocation(string Uri)
{
    /// <summary>The address that stands for the server that gave it, over the connection that the client has.</summary>
    public const string ReuseConnection = "arrow-flight-reuse-connection://?";
}
