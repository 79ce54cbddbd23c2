namespace Executor.Flight;

/// <summary>What a client says in a handshake.</summary>
/// <param name="ProtocolVersion">A version that the application gives a meaning.</param>
/// <param name="Payload">Credentials, in a form that the application agreed on; kept, not copied.</param>
public sealed record FlightHandshakeRequest(ulong ProtocolVersion, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The type alone: the payload is secret.</summary>
    public override string ToString() => nameof(FlightHandshakeRequest);
}

/// <summary>What a server says in a handshake.</summary>
/// <param name="ProtocolVersion">A version that the application gives a meaning.</param>
/// <param name="Payload">As a rule the token for the calls that follow; kept, not copied.</param>
public sealed record FlightHandshakeResponse(ulong ProtocolVersion, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The type alone: the payload is secret.</summary>
    public override string ToString() => nameof(FlightHandshakeResponse);
}
