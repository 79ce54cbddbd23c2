namespace Executor.Flight;

/// <summary>A data set: its schema, its parts, its size.</summary>
/// <param name="schema">The schema as an encapsulated IPC message; empty where the server does not give it.</param>
/// <param name="descriptor">The data set's name; null where the server does not repeat it.</param>
/// <param name="endpoints">The parts.</param>
public sealed class FlightInfo(ReadOnlyMemory<byte> schema, FlightDescriptor? descriptor, IReadOnlyList<FlightEndpoint> endpoints)
{
    /// <summary>The schema as an encapsulated IPC message; empty where the server does not give it.</summary>
    public ReadOnlyMemory<byte> Schema { get; } = schema;

    /// <summary>The data set's name; null where the server does not repeat it.</summary>
    public FlightDescriptor? Descriptor { get; } = descriptor;

    /// <summary>The parts.</summary>
    public IReadOnlyList<FlightEndpoint> Endpoints { get; } = endpoints;

    /// <summary>The rows of all parts; -1, the default, where that is not known.</summary>
    public long TotalRecords { get; init; } = -1;

    /// <summary>The bytes of all parts; -1, the default, where that is not known.</summary>
    public long TotalBytes { get; init; } = -1;

    /// <summary>Whether the parts' order is that of the data.</summary>
    public bool Ordered { get; init; }

    /// <summary>Bytes that the application gives a meaning.</summary>
    public ReadOnlyMemory<byte> AppMetadata { get; init; }
}
