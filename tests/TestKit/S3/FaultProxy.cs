using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Executor.TestKit.S3;

/// <summary>
/// An HTTP/1.1 proxy in front of a server, which lets requests go wrong by a plan. Requests reach the server as they were sent, the Host header
/// included, so that signatures hold; requests and answers are held in memory as a whole. With a certificate it speaks TLS to clients. It may also be the
/// proxy of a client (<c>http_proxy</c>): whatever host is asked for, the server gets the request.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private static readonly string[] NotForwarded = ["Connection", "Expect", "Transfer-Encoding", "Keep-Alive"];

    private readonly Uri _server;
    private readonly Func<ProxiedRequest, ValueTask<ProxyFault?>> _plan;
    private readonly WebApplication _application;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private int _count;

    private FaultProxy(Uri server, Func<ProxiedRequest, ValueTask<ProxyFault?>> plan, WebApplication application) =>
        (_server, _plan, _application) = (server, plan, application);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The requests so far, with what was done to them.</summary>
    public ConcurrentQueue<(ProxiedRequest Request, ProxyFault? Fault)> Requests { get; } = [];

    /// <summary>Starts one on a free port.</summary>
    /// <param name="server">Where requests go.</param>
    /// <param name="plan">What to do to each request; nothing if null. Called by many requests at a time.</param>
    /// <param name="certificate">The certificate to show; HTTP without TLS if null.</param>
    /// <param name="listen">The address to listen on; 127.0.0.1 if null.</param>
    public static async Task<FaultProxy> StartAsync(
        Uri server, Func<ProxiedRequest, ValueTask<ProxyFault?>> plan, X509Certificate2? certificate = null, IPAddress? listen = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(listen ?? IPAddress.Loopback, 0, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                if (certificate is not null)
                {
                    endpoint.UseHttps(certificate);
                }
            });
        });
        var application = builder.Build();
        var proxy = new FaultProxy(server, plan, application);
        application.Run(proxy.AnswerAsync);
        await application.StartAsync();
        proxy.Address = new Uri(application.Urls.Single());
        return proxy;
    }

    /// <summary>Starts one whose plan needs no waiting.</summary>
    public static Task<FaultProxy> StartAsync(Uri server, Func<ProxiedRequest, ProxyFault?> plan) =>
        StartAsync(server, request => ValueTask.FromResult(plan(request)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        target = target[0] == '/' ? target : target[target.IndexOf('/', target.IndexOf("//", StringComparison.Ordinal) + 2)..];
        var headers = context.Request.Headers;
        var request = new ProxiedRequest(
            Interlocked.Increment(ref _count),
            context.Request.Method,
            target,
            headers.Range.Count > 0 ? headers.Range.ToString() : null,
            headers.IfNoneMatch == "*",
            context.Request.Host.Value ?? "");
        var fault = await _plan(request);
        Requests.Enqueue((request, fault));

        // Read in any case, as a client may send all of it before it looks at the answer.
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        switch (fault)
        {
            case ProxyFault.InternalError:
                await RefuseAsync(context, 500, "InternalError");
                break;
            case ProxyFault.SlowDown:
                await RefuseAsync(context, 503, "SlowDown");
                break;
            case ProxyFault.Conflict:
                await RefuseAsync(context, 409, "ConditionalRequestConflict");
                break;
            case ProxyFault.QuotaExceeded:
                await RefuseAsync(context, 403, "QuotaExceeded");
                break;
            case ProxyFault.BadGateway:
                await AnswerWithAsync(context, 502, "text/html", "<html><br>Bad Gateway");
                break;
            case ProxyFault.ResetBefore:
                context.Abort();
                break;
            case ProxyFault.StallBefore:
                await StallAsync(context);
                break;
            default:
                await ForwardAsync(context, target, body, fault);
                break;
        }
    }

    private async Task ForwardAsync(HttpContext context, string target, MemoryStream body, ProxyFault? fault)
    {
        if (fault == ProxyFault.DamagedRequest && body.Length > 0)
        {
            body.GetBuffer()[body.Length / 2] ^= 1;
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_server, target));
        request.Content = body.Length > 0 || context.Request.ContentLength is not null ? new ByteArrayContent(body.ToArray()) : null;
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!NotForwarded.Contains(name, StringComparer.OrdinalIgnoreCase) && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        // Not the client's token: what it has sent is done, whether it waits for the answer or not.
        using var response = await _client.SendAsync(request, CancellationToken.None);
        var content = await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
        switch (fault)
        {
            case ProxyFault.ResetAfter:
                context.Abort();
                return;
            case ProxyFault.StallAfter:
                await StallAsync(context);
                return;
        }

        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (!NotForwarded.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (context.Request.Method == "HEAD")
        {
            return;
        }

        context.Response.ContentLength = content.Length;
        await SendAsync(context, content, fault);
    }

    private static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> content, ProxyFault? fault)
    {
        switch (fault)
        {
            case ProxyFault.ShortBody:
                // Kestrel sends what there is and then closes the connection, as the length does not fit.
                await context.Response.StartAsync(context.RequestAborted);
                await context.Response.Body.WriteAsync(content[..(content.Length / 2)], context.RequestAborted);
                break;
            case ProxyFault.Trickle:
                var piece = Math.Max(1, content.Length / 50);
                for (var sent = 0; sent < content.Length; sent += piece)
                {
                    await context.Response.Body.WriteAsync(content.Slice(sent, Math.Min(piece, content.Length - sent)), context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                }

                break;
            default:
                await context.Response.Body.WriteAsync(content, context.RequestAborted);
                break;
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string code) => AnswerWithAsync(
        context, status, "application/xml", $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>by the fault proxy</Message></Error>");

    private static Task AnswerWithAsync(HttpContext context, int status, string type, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(body);
        return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.WriteAsync(body, context.RequestAborted);
    }

    private static async Task StallAsync(HttpContext context)
    {
        var given = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.RequestAborted.Register(given.SetResult);
        await given.Task;
    }
}
