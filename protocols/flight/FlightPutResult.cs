namespace Executor.Flight;

/// <summary>What a server says about data that was put. The bytes are kept, not copied.</summary>
/// <param name="applicationMetadata">Bytes that the application gives a meaning.</param>
public sealed class FlightPutResult(ReadOnlyMemory<byte> applicationMetadata = default)
{
    /// <summary>Bytes that the application gives a meaning.</summary>
    public ReadOnlyMemory<byte> ApplicationMetadata { get; } = applicationMetadata;
}
