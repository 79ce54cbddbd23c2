namespace Executor.Grpc;

/// <summary>
/// Memory for messages that are being received, shared by any number of calls. A message that is longer than <see cref="FreeLength"/> is
/// taken from the client, beyond what the HTTP/2 windows let it send unasked, only once its length was granted here. Implementations are
/// thread-safe.
/// </summary>
public abstract class ReceiveBudget
{
    /// <summary>Messages up to this length are received without asking, so that short ones never wait for long ones.</summary>
    public const int FreeLength = 64 * 1024;

    /// <summary>Waits until a message may be received.</summary>
    /// <param name="length">The message's length in bytes, at most that of the longest message that the service takes.</param>
    /// <param name="cancellationToken">The call is over.</param>
    public abstract ValueTask ReserveAsync(int length, CancellationToken cancellationToken);

    /// <summary>
    /// Cancelled when the memory that was granted last is wanted back: the message that it is for is given up if it has not come as a whole, and its call ends
    /// with <see cref="StatusCode.Unavailable"/>. Asked for after each grant; by default never cancelled.
    /// </summary>
    public virtual CancellationToken Withdrawn => CancellationToken.None;

    /// <summary>The message that memory was granted for last has come as a whole.</summary>
    public virtual void Arrived()
    {
    }

    /// <summary>Gives the memory of a message back: the next one was requested, or the call is over.</summary>
    /// <param name="length">As it was reserved.</param>
    public abstract void Release(int length);
}
