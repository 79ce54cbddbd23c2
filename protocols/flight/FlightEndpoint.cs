namespace Executor.Flight;

/// <summary>A part of a data set: a ticket and where it may be shown.</summary>
/// <param name="ticket">What to show.</param>
/// <param name="locations">Where, each as good as any other; none means the server that gave the endpoint.</param>
public sealed class FlightEndpoint(FlightTicket ticket, IReadOnlyList<FlightLocation> locations)
{
    /// <summary>What to show.</summary>
    public FlightTicket Ticket { get; } = ticket;

    /// <summary>Where, each as good as any other; none means the server that gave the endpoint.</summary>
    public IReadOnlyList<FlightLocation> Locations { get; } = locations;

    /// <summary>When the endpoint stops being valid; null for no limit.</summary>
    public DateTimeOffset? ExpirationTime { get; init; }

    /// <summary>Bytes that the application gives a meaning.</summary>
    public ReadOnlyMemory<byte> AppMetadata { get; init; }
}
