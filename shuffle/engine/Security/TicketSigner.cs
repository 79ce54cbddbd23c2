using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Shuffle.Engine.Security;

/// <summary>
/// Tickets that open one selection until they expire, for callers without a key:
/// <code>
/// 0  version, 1
/// 1  expiry, seconds since 1970 (8 bytes, little-endian)
/// 9  the selection and where to go on, JSON of <see cref="ReadCommand"/>
/// .. HMAC-SHA256 of all bytes before it (32 bytes)
/// </code>
/// Thread-safe.
/// </summary>
internal sealed class TicketSigner(KeyRing keys, TimeProvider timeProvider, TimeSpan lifetime)
{
    private const byte Version = 1;
    private const int HeadBytes = 9;
    private const int MaxBytes = 4096;
    private const string Purpose = "ticket";

    /// <summary>When a ticket that is signed now expires.</summary>
    internal DateTimeOffset Expiry() => DateTimeOffset.FromUnixTimeSeconds((timeProvider.GetUtcNow() + lifetime).ToUnixTimeSeconds());

    internal byte[] Sign(ReadCommand command, DateTimeOffset expiry)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(command, ShuffleJson.Default.ReadCommand);
        var ticket = new byte[HeadBytes + json.Length + HMACSHA256.HashSizeInBytes];
        ticket[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(ticket.AsSpan(1), expiry.ToUnixTimeSeconds());
        json.CopyTo(ticket, HeadBytes);
        keys.Current.Sign(Purpose, ticket.AsSpan(0, HeadBytes + json.Length)).CopyTo(ticket, HeadBytes + json.Length);
        return ticket;
    }

    /// <summary>True for bytes that look like a signed ticket, good or not.</summary>
    internal static bool IsSigned(ReadOnlySpan<byte> ticket) => ticket.Length > 0 && ticket[0] == Version;

    /// <summary>What a ticket opens.</summary>
    /// <exception cref="RefusedException">It is not this store's, or expired.</exception>
    internal ReadCommand Open(ReadOnlySpan<byte> ticket, bool evenIfExpired = false)
    {
        if (ticket.Length is < HeadBytes + HMACSHA256.HashSizeInBytes or > MaxBytes || ticket[0] != Version
            || !keys.IsSigned(Purpose, ticket[..^HMACSHA256.HashSizeInBytes], ticket[^HMACSHA256.HashSizeInBytes..]))
        {
            throw new RefusedException(RefusalReason.WrongTicket, null, "the ticket was not signed by this store");
        }

        var expiry = BinaryPrimitives.ReadInt64LittleEndian(ticket[1..]);
        var command = ShuffleJson.Read(ticket[HeadBytes..^HMACSHA256.HashSizeInBytes], ShuffleJson.Default.ReadCommand);
        return evenIfExpired || timeProvider.GetUtcNow().ToUnixTimeSeconds() < expiry
            ? command
            : throw new RefusedException(
                RefusalReason.ExpiredTicket, command.Selection.Seal.Run, "the ticket has expired; whoever holds the run's key can renew it");
    }
}
