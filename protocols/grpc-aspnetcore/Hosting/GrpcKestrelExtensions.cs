using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Executor.Grpc.AspNetCore.Hosting;

/// <summary>Kestrel as a server of gRPC calls that move large messages.</summary>
public static class GrpcKestrelExtensions
{
    /// <summary>
    /// Sets HTTP/2 windows of 16 MiB a stream and 64 MiB a connection, which bound how much a client may send ahead of a method that
    /// does not read; turns off the limits of request length (calls have their own limit per message) and of minimum data rates
    /// (a call may be silent for as long as it likes), and sets keep-alive pings that find connections that are gone.
    /// </summary>
    public static KestrelServerOptions UseGrpcLimits(this KestrelServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxResponseBufferSize = 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 16 * 1024 * 1024;
        limits.Http2.InitialConnectionWindowSize = 64 * 1024 * 1024;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        return options;
    }
}
