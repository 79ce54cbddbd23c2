using System.Security.Cryptography.X509Certificates;

namespace Executor.Grpc.Client;

/// <summary>How a <see cref="GrpcChannel"/> connects and what it accepts. Read once, when the channel is made.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>
    /// The longest message taken from a server, in bytes; null for no limit. A longer one fails the call with
    /// <see cref="StatusCode.ResourceExhausted"/> before memory is taken for it. Default 64 MiB, as Arrow batches are often longer
    /// than the 4 MiB that gRPC libraries start with.
    /// </summary>
    public int? MaxReceiveMessageSize { get; set; } = 64 * 1024 * 1024;

    /// <summary>The longest message sent, in bytes; null, the default, for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>How much a server may send ahead of the reader on one call, in bytes. Default, and most, 16 MiB.</summary>
    public int InitialHttp2StreamWindowSize { get; set; } = 16 * 1024 * 1024;

    /// <summary>Whether a further connection is opened when one has as many calls as the server allows. Default true.</summary>
    public bool EnableMultipleHttp2Connections { get; set; } = true;

    /// <summary>How long a connection may be silent during a call before a ping asks whether it lives. Default 30 seconds.</summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a ping may stay without an answer before the connection counts as lost. Default 20 seconds.</summary>
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long the server may take to accept a connection: the socket and TLS together, and then once more until the server's first word. Default 15 seconds.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long opening the socket may take, name and all, which asks nothing of the server's process. Default 15 seconds; no effect beyond
    /// <see cref="ConnectTimeout"/>.
    /// </summary>
    public TimeSpan SocketTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The authorities that a server's certificate must come from; null, the default, for those of the system.</summary>
    public X509Certificate2Collection? RootCertificates { get; set; }

    /// <summary>
    /// The host that the server's certificate must be for, and that calls name as their authority, in place of the address's: for a server that is
    /// reached by an address that its certificate does not know. Null, the default, for the address's host.
    /// </summary>
    public string? ServerName { get; set; }

    /// <summary>The certificates, with keys, that this client shows to servers that ask; null, the default, for none.</summary>
    public X509Certificate2Collection? ClientCertificates { get; set; }

    /// <summary>
    /// Opens the stream below each connection in place of a socket to the address: a tunnel, a connection that is forwarded. With an
    /// <c>https</c> address TLS is spoken over the stream, for the address's host. Called whenever a connection is needed, also for several at
    /// the same time, with a token that is cancelled after <see cref="ConnectTimeout"/>; what it throws fails the calls that wait for the
    /// connection with <see cref="StatusCode.Unavailable"/>. The stream is the channel's to dispose of. Default null, for a socket.
    /// </summary>
    public Func<CancellationToken, ValueTask<Stream>>? ConnectCallback { get; set; }

    /// <summary>
    /// A handler in place of the channel's own, which is then neither configured nor disposed by the channel. Default null.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>The clock of deadlines. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
