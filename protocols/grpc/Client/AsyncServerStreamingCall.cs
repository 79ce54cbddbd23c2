namespace Executor.Grpc.Client;

/// <summary>A call with one request and a stream of responses.</summary>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class AsyncServerStreamingCall<TResponse> : AsyncCall
{
    internal AsyncServerStreamingCall(ICallState state, IAsyncStreamReader<TResponse> responses)
        : base(state) => ResponseStream = responses;

    /// <summary>The responses.</summary>
    public IAsyncStreamReader<TResponse> ResponseStream { get; }
}
