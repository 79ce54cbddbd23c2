using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Executor.Grpc.AspNetCore.Hosting;

/// <summary>Kestrel as a server of gRPC calls that move large messages.</summary>
public static class GrpcKestrelExtensions
{
    /// <summary>The default of what a client may send ahead on one call, in bytes: enough to keep a connection busy within a machine or a data centre.</summary>
    public const int DefaultStreamWindow = 256 * 1024;

    /// <summary>Longer frames cost less each; clients that can, send frames of this length.</summary>
    private const int MaxFrameLength = 128 * 1024;

    /// <summary>
    /// Sets the HTTP/2 windows, which bound how much a client may send ahead of a method that does not read: one for each call, and for each
    /// connection the sum of those of as many calls as it may have at a time, so that calls that are not read never hold others up. Turns
    /// off the limits of request length (calls have their own limit per message) and of minimum data rates (a call may be silent for as long
    /// as it likes), takes frames of up to 128 KiB, lets 256 KiB of responses wait for a client to read them, and sets keep-alive pings that
    /// find connections that are gone.
    /// </summary>
    /// <param name="options">The server's options.</param>
    /// <param name="streamWindow">How much a client may send ahead on one call, in bytes, at least 128 KiB.</param>
    public static KestrelServerOptions UseGrpcLimits(this KestrelServerOptions options, int streamWindow = DefaultStreamWindow)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(streamWindow, MaxFrameLength);
        var limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxResponseBufferSize = 256 * 1024;
        limits.Http2.MaxFrameSize = MaxFrameLength;
        limits.Http2.InitialStreamWindowSize = streamWindow;
        limits.Http2.InitialConnectionWindowSize = (int)Math.Min(int.MaxValue, (long)streamWindow * limits.Http2.MaxStreamsPerConnection);
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        return options;
    }

    /// <summary>
    /// Gives Kestrel pinned buffers of 64 KiB in place of 4 KiB, which makes large messages several times cheaper, as long as no more than 96 MiB of them are in
    /// use; beyond that, as where thousands of clients say a few words each, buffers have 4 KiB. To be called after Kestrel was added, whose own pools it replaces, and before the
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
