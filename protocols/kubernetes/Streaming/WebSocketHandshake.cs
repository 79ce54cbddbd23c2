using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Executor.Kubernetes.Streaming;

/// <summary>
/// Turns one HTTP/1.1 request into a WebSocket (RFC 6455 section 4). It goes through the connections of every other request, so that a refusal
/// comes with the body in which the server says why.
/// </summary>
/// <param name="protocol">The subprotocol, which the server must choose.</param>
/// <param name="pingInterval">How long nothing may come before a ping asks whether the server lives.</param>
/// <param name="pongTimeout">How long a ping may stay without an answer before the connection is given up.</param>
internal sealed class WebSocketHandshake(string protocol, TimeSpan pingInterval, TimeSpan pongTimeout)
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    /// <summary>Makes the request one for a WebSocket.</summary>
    public void Prepare(HttpRequestMessage request)
    {
        // A proxy, too, is told by the scheme that it has a tunnel to make.
        request.RequestUri = new UriBuilder(request.RequestUri!) { Scheme = request.RequestUri!.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri;
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var headers = request.Headers;
        headers.Connection.Add("Upgrade");
        headers.Upgrade.Add(new ProductHeaderValue("websocket"));
        headers.Add("Sec-WebSocket-Version", "13");
        headers.Add("Sec-WebSocket-Key", _key);
        headers.Add("Sec-WebSocket-Protocol", protocol);
    }

    /// <summary>Takes the connection over; the response lives as long as the socket.</summary>
    /// <exception cref="IOException">The answer is not that of a WebSocket of this protocol.</exception>
    public async Task<WebSocket> CompleteAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Expect(response.StatusCode == HttpStatusCode.SwitchingProtocols, "status", $"{(int)response.StatusCode}", "101");
        Expect(Header(response, "Sec-WebSocket-Accept") == Accept(), "Sec-WebSocket-Accept", Header(response, "Sec-WebSocket-Accept"), Accept());
        Expect(Header(response, "Sec-WebSocket-Protocol") == protocol, "Sec-WebSocket-Protocol", Header(response, "Sec-WebSocket-Protocol"), protocol);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions
        {
            SubProtocol = protocol,
            KeepAliveInterval = pingInterval,
            KeepAliveTimeout = pongTimeout,
        });
    }

    private static void Expect(bool holds, string what, string? found, string expected)
    {
        if (!holds)
        {
            throw new IOException($"no WebSocket: {what} is {found ?? "missing"}, expected {expected}");
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    // The protocol asks for SHA-1, as a proof of having read the request and not for secrecy.
#pragma warning disable CA5350
    private string Accept() => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(_key + AcceptSuffix)));
#pragma warning restore CA5350
}
