namespace Executor.Grpc.Client;

/// <summary>What all shapes of a call have in common. Disposing a call that is not over cancels it.</summary>
public abstract class AsyncCall : IDisposable
{
    private readonly ICallState _state;

    private protected AsyncCall(ICallState state) => _state = state;

    /// <summary>The server's headers, without those of the protocol.</summary>
    /// <exception cref="RpcException">The call failed before the server sent any (the task's exception).</exception>
    public Task<Metadata> ResponseHeadersAsync => _state.GetResponseHeadersAsync();

    /// <summary>How the call ended.</summary>
    /// <exception cref="InvalidOperationException">It has not ended.</exception>
    public Status GetStatus() => _state.Status;

    /// <summary>The server's trailers, without those of the protocol.</summary>
    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Metadata GetTrailers() => _state.Trailers;

    /// <inheritdoc/>
    public void Dispose()
    {
        _state.Dispose();
        GC.SuppressFinalize(this);
    }
}
