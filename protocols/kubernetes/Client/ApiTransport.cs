using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Executor.Kubernetes.Config;
using Executor.Kubernetes.Streaming;

namespace Executor.Kubernetes.Client;

/// <summary>
/// Sends requests with credentials and turns every failure into a <see cref="KubernetesException"/>. A request that is refused with 401 is sent a second
/// time with fresh credentials, once; nothing else is repeated here.
/// </summary>
internal sealed class ApiTransport(KubernetesClientConfiguration configuration, KubernetesClientOptions options) : IDisposable
{
    private readonly Lock _lock = new();
    private Connections? _connections;
    private bool _isDisposed;

    /// <summary>Sends, and returns once the headers of a success are here; the caller disposes of the response.</summary>
    public async Task<HttpResponseMessage> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var response = await SendOnceAsync(request, cancellationToken);
        if (response.Answer.StatusCode == HttpStatusCode.Unauthorized
            && response.Credential is { } refused
            && configuration.Credentials!.Invalidate(refused))
        {
            response.Answer.Dispose();
            response = await SendOnceAsync(request, cancellationToken);
        }

        Warn(request, response.Answer);
        if (response.Answer.IsSuccessStatusCode
            || (request.Handshake is not null && response.Answer.StatusCode == HttpStatusCode.SwitchingProtocols))
        {
            return response.Answer;
        }

        using (response.Answer)
        {
            throw await ApiFailure.ReadAsync(response.Answer, request, options.TimeProvider, cancellationToken);
        }
    }

    /// <summary>Sends, and reads the answer.</summary>
    public async Task<T> SendAsync<T>(ApiRequest request, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await SendAsync(request, cancellationToken);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(stream, typeInfo, cancellationToken)
                ?? throw new KubernetesException($"{request}: the answer is null, expected {typeof(T).Name}", null);
        }
        catch (Exception e) when (IsBroken(e) || e is JsonException)
        {
            throw Broken(request, e);
        }
    }

    /// <summary>Sends, and reads the answer as bytes.</summary>
    public async Task<byte[]> SendForBytesAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken);
        try
        {
            return await response.Content.ReadAsByteArrayAsync(cancellationToken);
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw Broken(request, e);
        }
    }

    /// <summary>Sends, and reads the answer to its end without keeping it.</summary>
    public async Task SendForNothingAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken);
        try
        {
            await response.Content.CopyToAsync(Stream.Null, cancellationToken);
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw Broken(request, e);
        }
    }

    /// <summary>Opens a connection of several channels, which lives until it is disposed of: longer, if need be, than this transport.</summary>
    public async Task<ChannelSocket> ConnectAsync(string path, string query, CancellationToken cancellationToken)
    {
        var handshake = new WebSocketHandshake(ChannelSocket.Protocol, options.KeepAlivePingDelay, options.KeepAlivePingTimeout);
        var request = new ApiRequest(HttpMethod.Get, path, query) { Handshake = handshake };
        var response = await SendAsync(request, cancellationToken);
        try
        {
            return new ChannelSocket(await handshake.CompleteAsync(response, cancellationToken), options.TimeProvider);
        }
        catch (Exception e)
        {
            response.Dispose();
            if (IsBroken(e))
            {
                throw Broken(request, e);
            }

            throw;
        }
    }

    public static bool IsBroken(Exception exception) => exception is HttpRequestException or IOException;

    public static KubernetesException Broken(ApiRequest request, Exception cause) =>
        new($"{request}: {(cause is JsonException ? "the answer cannot be read" : "the connection failed")}: {Innermost(cause).Message}", cause);

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _connections?.Invoker.Dispose();
        }
    }

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;

    private async Task<(HttpResponseMessage Answer, Credential? Credential)> SendOnceAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var credential = configuration.Credentials is { } credentials ? await credentials.GetAsync(cancellationToken) : null;
        using var message = request.ToMessage(configuration, credential);
        using var limit = new CancellationTokenSource(options.HeaderTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return (await InvokerFor(credential?.Certificate).SendAsync(message, either.Token), credential);
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw Broken(request, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Also the handler's own limit on connecting.
            var cause = new TimeoutException($"no answer within {options.HeaderTimeout.TotalSeconds:0} s, or no connection within "
                + $"{options.ConnectTimeout.TotalSeconds:0} s", e);
            throw new KubernetesException($"{request}: {cause.Message}", cause);
        }
    }

    /// <summary>The connections that show the certificate. A renewed one needs new connections; the old ones end with their requests.</summary>
    private HttpMessageInvoker InvokerFor(X509Certificate2? certificate)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_connections is null || !ReferenceEquals(_connections.Certificate, certificate))
            {
                HttpMessageHandler handler = ConnectionFactory.Create(configuration, options, certificate ?? configuration.ClientCertificate);
                _connections = new Connections(new HttpMessageInvoker(options.WrapHandler?.Invoke(handler) ?? handler), certificate);
            }

            return _connections.Invoker;
        }
    }

    private void Warn(ApiRequest request, HttpResponseMessage response)
    {
        if (options.OnWarning is { } onWarning && response.Headers.TryGetValues("Warning", out var values))
        {
            foreach (var value in values)
            {
                if (WarningHeaderValue.TryParse(value, out var warning))
                {
                    onWarning(new KubernetesWarning(request.ToString(), warning.Code, Unquote(warning.Text)));
                }
            }
        }
    }

    // The text is a quoted-string (RFC 7230 section 3.2.6), and stays one when the header is parsed.
    private static string Unquote(string text) =>
        text.Length < 2 ? text : text[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);

    private sealed record Connections(HttpMessageInvoker Invoker, X509Certificate2? Certificate);
}
