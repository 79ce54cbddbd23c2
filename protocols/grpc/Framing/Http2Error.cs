namespace Executor.Grpc.Framing;

/// <summary>The status of a stream that was reset with an HTTP/2 error code ("gRPC over HTTP/2", Errors).</summary>
internal static class Http2Error
{
    public static StatusCode ToStatusCode(long errorCode) => errorCode switch
    {
        0x7 => StatusCode.Unavailable,        // REFUSED_STREAM
        0x8 => StatusCode.Cancelled,          // CANCEL
        0xb => StatusCode.ResourceExhausted,  // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied,   // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
