using Executor.Grpc.Framing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Executor.Grpc.AspNetCore.Calls;

/// <summary>Serves the calls of one method: checks the request, runs the method, turns how it ends into a status.</summary>
/// <param name="method">The method.</param>
/// <param name="options">What holds for its calls.</param>
/// <param name="logger">Where failures are told of.</param>
/// <param name="run">Reads the request or requests, runs the method, writes the response or responses.</param>
internal sealed class ServerCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    GrpcServiceOptions options,
    ILogger logger,
    Func<RequestStreamReader<TRequest>, ResponseStreamWriter<TResponse>, ServerCallContext, Task> run)
{
    public async Task HandleAsync(HttpContext httpContext)
    {
        if (!RequestCheck.Accepts(httpContext))
        {
            return;
        }

        if (httpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bodySize)
        {
            bodySize.MaxRequestBodySize = null;
        }

        var response = httpContext.Response;
        response.ContentType = HeaderNames.ContentType;
        ServerCallContext? context = null;
        try
        {
            Status status;
            Metadata? trailers = null;
            try
            {
                context = new ServerCallContext(httpContext, method.FullName, options.TimeProvider);
                await RunAsync(httpContext, context);
                status = context.Status;
            }
            catch (Exception e)
            {
                status = ToStatus(e, context);
                trailers = (e as RpcException)?.Trailers;
            }

            CallLog.Ended(logger, method.FullName, status.StatusCode, status.Detail);
            ResponseStatus.Write(response, status, trailers is { Count: > 0 } || context is null ? trailers : context.SentTrailers);
        }
        finally
        {
            context?.Dispose();
        }
    }

    private async Task RunAsync(HttpContext httpContext, ServerCallContext context)
    {
        if (options.BeforeCall is { } beforeCall)
        {
            await beforeCall(context);
        }

        var encoding = httpContext.Request.Headers[HeaderNames.Encoding].ToString();
        if (encoding is not ("" or HeaderNames.Identity))
        {
            httpContext.Response.Headers[HeaderNames.AcceptEncoding] = HeaderNames.Identity;
        }

        var prefix = new MessagePrefix(encoding.Length == 0 ? null : encoding, StatusCode.Unimplemented, options.MaxReceiveMessageSize);
        using var reader = new PipeMessageReader(httpContext.Request.BodyReader, prefix, options.ReceiveBudget?.Invoke(context));
        var writer = new MessageWriter<TResponse>(httpContext.Response.BodyWriter, method.ResponseMarshaller, options.MaxSendMessageSize);
        await run(
            new RequestStreamReader<TRequest>(reader, method.RequestMarshaller, context.CancellationToken),
            new ResponseStreamWriter<TResponse>(writer, context.CancellationToken),
            context);
    }

    private Status ToStatus(Exception exception, ServerCallContext? context)
    {
        switch (exception)
        {
            case RpcException rpc:
                return rpc.Status;
            case OperationCanceledException or IOException when context is { CancellationToken.IsCancellationRequested: true }:
                return context.DeadlineExceeded
                    ? new Status(StatusCode.DeadlineExceeded, "The deadline has passed.")
                    : new Status(StatusCode.Cancelled, "The call was cancelled.");
            default:
                CallLog.Failed(logger, exception, method.FullName);
                return new Status(StatusCode.Internal, "The server failed to process the call.");
        }
    }
}
