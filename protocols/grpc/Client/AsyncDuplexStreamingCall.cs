namespace Executor.Grpc.Client;

/// <summary>
/// A call with a stream of requests and a stream of responses, which may be used at the same time by different tasks. A write that
/// fails because the server ended the call carries the server's status if that is known; it is always that of the response stream's
/// next read.
/// </summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class AsyncDuplexStreamingCall<TRequest, TResponse> : AsyncCall
{
    internal AsyncDuplexStreamingCall(ICallState state, IClientStreamWriter<TRequest> requests, IAsyncStreamReader<TResponse> responses)
        : base(state)
    {
        RequestStream = requests;
        ResponseStream = responses;
    }

    /// <summary>The requests.</summary>
    public IClientStreamWriter<TRequest> RequestStream { get; }

    /// <summary>The responses.</summary>
    public IAsyncStreamReader<TResponse> ResponseStream { get; }
}
