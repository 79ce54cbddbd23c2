using System.Net;
using Executor.Grpc.Framing;

namespace Executor.Grpc.Client;

/// <summary>The HTTP request of a call, and what its response says.</summary>
internal static class GrpcRequest
{
    private static readonly Version Http2 = HttpVersion.Version20;

    public static HttpRequestMessage Create(Uri address, string method, Metadata? metadata, TimeSpan? timeout, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, method))
        {
            Version = Http2,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.TryAddWithoutValidation("content-type", HeaderNames.ContentType);
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation("user-agent", "grpc-csharp-executor");
        request.Headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, HeaderNames.Identity);
        if (timeout is { } span)
        {
            request.Headers.TryAddWithoutValidation(HeaderNames.Timeout, TimeoutHeader.Format(span));
        }

        foreach (var entry in metadata ?? [])
        {
            request.Headers.TryAddWithoutValidation(entry.Key, MetadataHeaders.Format(entry));
        }

        return request;
    }

    /// <summary>Why a response is not a gRPC response; null if it is.</summary>
    public static Status? Refusal(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new Status(HttpStatus.ToStatusCode(response.StatusCode), $"The server answered with HTTP status {(int)response.StatusCode}.");
        }

        var contentType = Value(response.Content.Headers, "content-type");
        return HeaderNames.IsGrpc(contentType)
            ? null
            : new Status(StatusCode.Unknown, $"The server answered with the content type '{contentType}', expected {HeaderNames.ContentType}.");
    }

    /// <summary>The status in headers (of a response without messages) or trailers; null if none stands there.</summary>
    public static Status? ReadStatus(System.Net.Http.Headers.HttpResponseHeaders headers)
    {
        if (Value(headers, HeaderNames.Status) is not { } text)
        {
            return null;
        }

        var code = int.TryParse(text, out var number) && Enum.IsDefined((StatusCode)number) ? (StatusCode)number : StatusCode.Unknown;
        return new Status(code, StatusMessage.Decode(Value(headers, HeaderNames.Message) ?? ""));
    }

    public static string? Value(System.Net.Http.Headers.HttpHeaders headers, string name)
        => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    public static Metadata ToMetadata(System.Net.Http.Headers.HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (var value in values)
            {
                MetadataHeaders.Add(metadata, name, value);
            }
        }

        return metadata;
    }
}
