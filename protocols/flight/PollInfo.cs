namespace Executor.Flight;

/// <summary>A data set that may still be in the making. Endpoints are only ever added.</summary>
/// <param name="info">What there is so far; null where there is nothing yet.</param>
/// <param name="descriptor">What to ask with next; null when the data set is complete.</param>
public sealed class PollInfo(FlightInfo? info, FlightDescriptor? descriptor)
{
    /// <summary>What there is so far; null where there is nothing yet.</summary>
    public FlightInfo? Info { get; } = info;

    /// <summary>What to ask with next; null when the data set is complete.</summary>
    public FlightDescriptor? Descriptor { get; } = descriptor;

    /// <summary>How much is done, from 0 to 1; null where that is not known.</summary>
    public double? Progress { get; init; }

    /// <summary>When the server may forget the request; null for no limit.</summary>
    public DateTimeOffset? ExpirationTime { get; init; }
}
