using System.Runtime.CompilerServices;

namespace Executor.Grpc.Client;

/// <summary>A call with one request and one response; awaiting it gives the response.</summary>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class AsyncUnaryCall<TResponse> : AsyncCall
{
    internal AsyncUnaryCall(ICallState state, Task<TResponse> response)
        : base(state) => ResponseAsync = response;

    /// <summary>The response.</summary>
    /// <exception cref="RpcException">The call failed (the task's exception).</exception>
    public Task<TResponse> ResponseAsync { get; }

    /// <summary>Awaits <see cref="ResponseAsync"/>.</summary>
    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();
}
