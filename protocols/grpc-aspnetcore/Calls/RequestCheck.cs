using Executor.Grpc.Framing;
using Microsoft.AspNetCore.Http;

namespace Executor.Grpc.AspNetCore.Calls;

/// <summary>Whether a request is a gRPC call at all; one that is not gets an HTTP status, as the specification says.</summary>
internal static class RequestCheck
{
    public static bool Accepts(HttpContext httpContext)
    {
        if (!HttpProtocol.IsHttp2(httpContext.Request.Protocol))
        {
            httpContext.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return false;
        }

        if (!HeaderNames.IsGrpc(httpContext.Request.ContentType))
        {
            httpContext.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }

        return true;
    }
}
