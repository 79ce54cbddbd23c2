namespace Executor.Flight.Client;

/// <summary>What a <see cref="FlightClient"/> adds to each of its calls.</summary>
public sealed class FlightClientOptions
{
    /// <summary>
    /// Asked before every call for the value of its <c>authorization</c> header, as in <c>Bearer TOKEN</c>; no header is sent where
    /// it answers null. Must be safe for concurrent use. Null, the default, for no header.
    /// </summary>
    public Func<string?>? AuthorizationProvider { get; set; }
}
