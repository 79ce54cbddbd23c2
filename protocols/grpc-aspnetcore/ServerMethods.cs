namespace Executor.Grpc.AspNetCore;

/// <summary>A method with one request and one response.</summary>
public delegate Task<TResponse> UnaryServerMethod<in TRequest, TResponse>(TRequest request, ServerCallContext context);

/// <summary>A method with a stream of requests and one response.</summary>
public delegate Task<TResponse> ClientStreamingServerMethod<in TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context);

/// <summary>A method with one request and a stream of responses, which ends when the task completes.</summary>
public delegate Task ServerStreamingServerMethod<in TRequest, out TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context);

/// <summary>A method with two streams; the one of responses ends when the task completes.</summary>
public delegate Task DuplexStreamingServerMethod<in TRequest, out TResponse>(
    IAsyncStreamReader<TRequest> requestStream,
    IServerStreamWriter<TResponse> responseStream,
    ServerCallContext context);
