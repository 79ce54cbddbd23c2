namespace Executor.Grpc;

/// <summary>Sends the messages of one direction of a call. One write at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>
    /// Sends a message; completes when the transport has taken all of it, so that waiting for it is the back-pressure.
    /// Cancelling ends the whole call.
    /// </summary>
    /// <exception cref="RpcException">The call is over or failed.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken = default);
}

/// <summary>The requests of a call.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Tells the server that no request follows. Calling it again does nothing.</summary>
    Task CompleteAsync();
}

/// <summary>The responses of a call; they end when the server's method returns.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>;
