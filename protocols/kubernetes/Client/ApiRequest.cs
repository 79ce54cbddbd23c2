using System.Net;
using System.Net.Http.Headers;
using Executor.Kubernetes.Config;
using Executor.Kubernetes.Streaming;

namespace Executor.Kubernetes.Client;

/// <summary>A request that can be sent more than once.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path from the server's root.</param>
/// <param name="Query">The query with its question mark, or nothing.</param>
/// <param name="Body">The body; empty for none.</param>
/// <param name="ContentType">The body's type.</param>
internal sealed record ApiRequest(
    HttpMethod Method, string Path, string Query = "", ReadOnlyMemory<byte> Body = default, string ContentType = "application/json")
{
    /// <summary>Makes it a request for a WebSocket; null for the others.</summary>
    public WebSocketHandshake? Handshake { get; init; }

    // Each part of a path is a name that the server would refuse if it had other characters; the encoding keeps it from being anything else.
    public static string Segment(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name is "." or ".." ? throw new ArgumentException($"'{name}' is not a name of an object", nameof(name)) : Uri.EscapeDataString(name);
    }

    public HttpRequestMessage ToMessage(KubernetesClientConfiguration configuration, Credential? credential)
    {
        var host = configuration.Host;
        var message = new HttpRequestMessage(Method, host.GetLeftPart(UriPartial.Path).TrimEnd('/') + Path + Query)
        {
            Version = host.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        // A log is text/plain; everything else comes as JSON since it stands first.
        message.Headers.TryAddWithoutValidation("Accept", "application/json, */*");
        message.Headers.TryAddWithoutValidation("User-Agent", configuration.UserAgent);
        message.Headers.Authorization = credential?.Authorization;

        // The handler takes the name that it verifies, and sends for SNI, from here.
        message.Headers.Host = configuration.TlsServerName;
        if (configuration.Impersonate is { } impersonation)
        {
            AddImpersonation(message.Headers, impersonation);
        }

        Handshake?.Prepare(message);
        if (!Body.IsEmpty)
        {
            message.Content = new ReadOnlyMemoryContent(Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        }

        return message;
    }

    /// <summary>Method and path, for messages.</summary>
    public override string ToString() => $"{Method} {Path}";

    private static void AddImpersonation(HttpRequestHeaders headers, Impersonation impersonation)
    {
        headers.Add("Impersonate-User", impersonation.UserName);
        if (impersonation.Uid is { Length: > 0 } uid)
        {
            headers.Add("Impersonate-Uid", uid);
        }

        foreach (var group in impersonation.Groups)
        {
            headers.Add("Impersonate-Group", group);
        }

        foreach (var (key, values) in impersonation.Extra)
        {
            headers.Add("Impersonate-Extra-" + Uri.EscapeDataString(key), values);
        }
    }
}
