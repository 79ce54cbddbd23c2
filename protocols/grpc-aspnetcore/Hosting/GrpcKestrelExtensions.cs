using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Executor.Grpc.AspNetCore.Hosting;

/// <summary>Kestrel as a server of gRPC calls that move large messages.</summary>
public static class GrpcKestrelExtensions
{
    /// <summary>
    /// Sets HTTP/2 windows of 16 MiB a stream and 64 MiB a connection, which bound how much a client may send ahead of a method that
    /// does not read; turns off the limits of request length (calls have their own limit per message) and of minimum data rates
    /// (a call may be silent for as long as it likes), lets 256 KiB of responses wait for a client to read them, and sets keep-alive pings
    /// that find connections that are gone.
    /// </summary>
    public static KestrelServerOptions UseGrpcLimits(this KestrelServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxResponseBufferSize = 256 * 1024;
        limits.Http2.InitialStreamWindowSize = 16 * 1024 * 1024;
        limits.Http2.InitialConnectionWindowSize = 64 * 1024 * 1024;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        return options;
    }

    /// <summary>
    /// Gives Kestrel pinned buffers of 64 KiB in place of 4 KiB, which makes large messages several times cheaper and takes more
    /// memory for each connection and call in progress. To be called after Kestrel was added, whose own pools it replaces, and before the
    /// server is built.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="blockLength">The length of a buffer in bytes.</param>
    public static IServiceCollection AddLargeTransportBuffers(this IServiceCollection services, int blockLength = 64 * 1024)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockLength, 4096);
        return services.AddSingleton<IMemoryPoolFactory<byte>>(new TransportMemoryPoolFactory(blockLength));
    }
}
