using System.Text;

namespace Executor.Flight;

/// <summary>What a client shows to a server to get a stream; opaque to the client. The bytes are kept, not copied.</summary>
/// <param name="ticket">The ticket's bytes.</param>
public sealed class FlightTicket(ReadOnlyMemory<byte> ticket)
{
    /// <summary>A ticket of UTF-8 text.</summary>
    public FlightTicket(string ticket)
        : this(Encoding.UTF8.GetBytes(ticket))
    {
    }

    /// <summary>The ticket's bytes.</summary>
    public ReadOnlyMemory<byte> Ticket { get; } = ticket;
}
