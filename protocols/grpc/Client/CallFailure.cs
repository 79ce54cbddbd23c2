using System.Security.Authentication;
using Executor.Grpc.Framing;

namespace Executor.Grpc.Client;

/// <summary>The status that an exception of the HTTP client, of a marshaller or of the framing stands for.</summary>
internal static class CallFailure
{
    public static Status ToStatus(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case RpcException rpc:
                    return rpc.Status;
                case HttpProtocolException reset:
                    return new Status(Http2Error.ToStatusCode(reset.ErrorCode), $"The stream was reset: {reset.Message}", exception);
                case InvalidDataException:
                    return new Status(StatusCode.Internal, $"A message could not be read: {cause.Message}", exception);
            }
        }

        return exception switch
        {
            HttpRequestException or IOException => new Status(StatusCode.Unavailable, Describe(exception), exception),
            ObjectDisposedException => new Status(StatusCode.Cancelled, "The channel was disposed.", exception),

            // A cancellation by this side has settled the call before it could come here: this is how the HTTP client
            // stops sending when the connection is lost.
            OperationCanceledException => new Status(StatusCode.Unavailable, "The connection was lost.", exception),
            _ => new Status(StatusCode.Internal, $"The call failed: {Describe(exception)}", exception),
        };
    }

    private static string Describe(Exception exception) => exception.InnerException switch
    {
        AuthenticationException refusal => $"The server was not accepted, or TLS not agreed on with it: {refusal.Message}",
        { } inner => $"{exception.Message} ({inner.Message})",
        null => exception.Message,
    };
}
