namespace Executor.Grpc.Client;

/// <summary>
/// Connections to one gRPC server, opened when the first call needs them and shared by all calls. Thread-safe; make one per server
/// and keep it. Disposing it ends the calls in progress.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private readonly HttpMessageInvoker _invoker;

    private GrpcChannel(ChannelAddress address, GrpcChannelOptions options)
    {
        Address = options.ServerName is { } name ? new UriBuilder(address.HttpUri) { Host = name }.Uri : address.HttpUri;
        Target = address.Text;
        MaxReceiveMessageSize = options.MaxReceiveMessageSize;
        MaxSendMessageSize = options.MaxSendMessageSize;
        TimeProvider = options.TimeProvider;
        _invoker = options.HttpHandler is { } handler
            ? new HttpMessageInvoker(handler, disposeHandler: false)
            : new HttpMessageInvoker(ChannelHandler.Create(address, options), disposeHandler: true);
    }

    /// <summary>The address as it was given.</summary>
    public string Target { get; }

    internal Uri Address { get; }

    internal int? MaxReceiveMessageSize { get; }

    internal int? MaxSendMessageSize { get; }

    internal TimeProvider TimeProvider { get; }

    /// <summary>Makes a channel; nothing is connected yet.</summary>
    /// <param name="address"><c>http://host:port</c> (HTTP/2 without TLS), <c>https://host:port</c>, or <c>unix:///path/of/socket</c>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The address has another form.</exception>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions? options = null)
        => new(ChannelAddress.Parse(address), options ?? new GrpcChannelOptions());

    /// <inheritdoc cref="ForAddress(string, GrpcChannelOptions?)"/>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        return ForAddress(address.OriginalString, options);
    }

    /// <summary>What makes calls over this channel.</summary>
    public CallInvoker CreateCallInvoker() => new(this);

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => _invoker.SendAsync(request, cancellationToken);
}
