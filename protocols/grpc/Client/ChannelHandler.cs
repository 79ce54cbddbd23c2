using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Executor.Grpc.Client;

/// <summary>The HTTP/2 client below a channel.</summary>
internal static class ChannelHandler
{
    public static SocketsHttpHandler Create(ChannelAddress address, GrpcChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = options.EnableMultipleHttp2Connections,
            InitialHttp2StreamWindowSize = options.InitialHttp2StreamWindowSize,
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (options.ConnectCallback is { } connect)
        {
            handler.ConnectCallback = (_, cancellationToken) => connect(cancellationToken);
        }
        else if (address.SocketPath is { } path)
        {
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(
                new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path), cancellationToken);
        }
        else if (options.ServerName is not null)
        {
            // Requests name the server; the connection goes to the address.
            var server = new DnsEndPoint(address.HttpUri.DnsSafeHost, address.HttpUri.Port);
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(
                new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, server, cancellationToken);
        }

        if (address.HttpUri.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions = Tls(options);
        }

        return handler;
    }

    private static SslClientAuthenticationOptions Tls(GrpcChannelOptions options)
    {
        var tls = new SslClientAuthenticationOptions { ClientCertificates = options.ClientCertificates };
        if (options.RootCertificates is { } roots)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,

                // A certificate does not say where this process looks things up.
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.AddRange(roots);
            tls.CertificateChainPolicy = policy;
        }

        return tls;
    }

    private static async ValueTask<Stream> ConnectAsync(Socket socket, EndPoint server, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
