using Executor.Grpc.AspNetCore.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Executor.Grpc.AspNetCore.Hosting;

/// <summary>Maps gRPC methods to endpoints of ASP.NET Core.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    private const string LoggerName = "Executor.Grpc.AspNetCore";

    /// <summary>Serves a method with one request and one response.</summary>
    public static IEndpointConventionBuilder MapGrpcMethod<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints, Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler, GrpcServiceOptions? options = null)
        => endpoints.Map(method, MethodType.Unary, options, async (requests, responses, context) =>
            await responses.WriteAsync(await handler(await requests.ReadSingleAsync(), context)));

    /// <summary>Serves a method with a stream of requests and one response.</summary>
    public static IEndpointConventionBuilder MapGrpcMethod<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints, Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> handler, GrpcServiceOptions? options = null)
        => endpoints.Map(method, MethodType.ClientStreaming, options, async (requests, responses, context) =>
            await responses.WriteAsync(await handler(requests, context)));

    /// <summary>Serves a method with one request and a stream of responses.</summary>
    public static IEndpointConventionBuilder MapGrpcMethod<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints, Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler, GrpcServiceOptions? options = null)
        => endpoints.Map(method, MethodType.ServerStreaming, options, async (requests, responses, context) =>
            await handler(await requests.ReadSingleAsync(), responses, context));

    /// <summary>Serves a method with two streams.</summary>
    public static IEndpointConventionBuilder MapGrpcMethod<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints, Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> handler, GrpcServiceOptions? options = null)
        => endpoints.Map(method, MethodType.DuplexStreaming, options, (requests, responses, context) => handler(requests, responses, context));

    /// <summary>Answers the methods of a service that are not mapped with <see cref="StatusCode.Unimplemented"/>.</summary>
    public static IEndpointConventionBuilder MapGrpcUnimplemented(this IEndpointRouteBuilder endpoints, string serviceName)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceName);
        return endpoints.MapPost($"/{serviceName}/{{method}}", (RequestDelegate)RefuseAsync).WithOrder(int.MaxValue);
    }

    private static Task RefuseAsync(HttpContext httpContext)
    {
        if (RequestCheck.Accepts(httpContext))
        {
            httpContext.Response.ContentType = Framing.HeaderNames.ContentType;
            ResponseStatus.Write(httpContext.Response, new Status(StatusCode.Unimplemented, $"There is no method {httpContext.Request.Path}."), trailers: null);
        }

        return Task.CompletedTask;
    }

    private static IEndpointConventionBuilder Map<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        Method<TRequest, TResponse> method,
        MethodType type,
        GrpcServiceOptions? options,
        Func<RequestStreamReader<TRequest>, ResponseStreamWriter<TResponse>, ServerCallContext, Task> run)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(method);
        if (method.Type != type)
        {
            throw new ArgumentException($"{method.FullName} is {method.Type} and its handler is {type}.", nameof(method));
        }

        var logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(LoggerName);
        var handler = new ServerCallHandler<TRequest, TResponse>(method, options ?? new GrpcServiceOptions(), logger, run);
        return endpoints.MapPost(method.FullName, (RequestDelegate)handler.HandleAsync);
    }
}
