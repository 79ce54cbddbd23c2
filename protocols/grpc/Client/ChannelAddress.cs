namespace Executor.Grpc.Client;

/// <summary>Where a channel connects: an HTTP address, and for Unix-domain sockets the socket's path.</summary>
internal sealed record ChannelAddress(string Text, Uri HttpUri, string? SocketPath)
{
    private const string UnixScheme = "unix:";

    public static ChannelAddress Parse(string address)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        if (address.StartsWith(UnixScheme, StringComparison.OrdinalIgnoreCase))
        {
            var path = address[UnixScheme.Length..];
            path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
            return path.StartsWith('/')
                ? new ChannelAddress(address, new Uri("http://localhost"), path)
                : throw Invalid(address);
        }

        return Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && uri.PathAndQuery == "/"
            ? new ChannelAddress(address, uri, null)
            : throw Invalid(address);
    }

    private static ArgumentException Invalid(string address)
        => new($"'{address}' is not the address of a gRPC server; expected http://HOST:PORT, https://HOST:PORT or unix:///PATH.", nameof(address));
}
