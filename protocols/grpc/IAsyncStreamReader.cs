namespace Executor.Grpc;

/// <summary>The messages of one direction of a call, in order. One read at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that <see cref="MoveNext"/> last brought.</summary>
    T Current { get; }

    /// <summary>Waits for the next message; false at the end of the stream. Cancelling ends the whole call.</summary>
    /// <exception cref="RpcException">The call failed.</exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
