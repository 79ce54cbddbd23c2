using System.Runtime.CompilerServices;

namespace Executor.Grpc.Client;

/// <summary>A call with a stream of requests and one response; awaiting it gives the response.</summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class AsyncClientStreamingCall<TRequest, TResponse> : AsyncCall
{
    internal AsyncClientStreamingCall(ICallState state, IClientStreamWriter<TRequest> requests, Task<TResponse> response)
        : base(state)
    {
        RequestStream = requests;
        ResponseAsync = response;
    }

    /// <summary>The requests.</summary>
    public IClientStreamWriter<TRequest> RequestStream { get; }

    /// <summary>The response.</summary>
    /// <exception cref="RpcException">The call failed (the task's exception).</exception>
    public Task<TResponse> ResponseAsync { get; }

    /// <summary>Awaits <see cref="ResponseAsync"/>.</summary>
    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();
}
