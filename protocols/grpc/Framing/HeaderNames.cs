namespace Executor.Grpc.Framing;

/// <summary>The headers and trailers that belong to gRPC and HTTP and never to the caller's metadata.</summary>
internal static class HeaderNames
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Identity = "identity";

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        Status, Message, Timeout, Encoding, AcceptEncoding, "grpc-message-type",
        "te", "host", "content-type", "content-length", "content-encoding", "transfer-encoding", "connection",
    };

    /// <summary>Whether metadata leaves the header out. Headers of HTTP/2 itself start with a colon.</summary>
    public static bool IsReserved(string name) => name.StartsWith(':') || Reserved.Contains(name);

    /// <summary>
    /// Whether a content type is that of gRPC: <c>application/grpc</c>, also with a suffix or parameters.
    /// </summary>
    public static bool IsGrpc(string? contentType)
        => contentType is not null
            && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
            && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';' or ' ');
}
