using System.Net;
using Executor.Shuffle.Engine.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Hosting;

/// <summary>
/// The port for operators, HTTP/1.1 without TLS and without keys: <c>/metrics</c> in Prometheus' text format, <c>/healthz</c> (the process
/// answers) and <c>/readyz</c> (200 while the store takes work, else 503). Shows nothing of what is stored.
/// </summary>
internal sealed class MonitoringServer : IAsyncDisposable
{
    private const int MaxConnections = 64;
    private const int MaxRequestBytes = 16 << 10;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    private readonly WebApplication _application;
    private readonly MeterReader _meters;
    private readonly ProcessInstruments _process;

    private MonitoringServer(WebApplication application, MeterReader meters, ProcessInstruments process)
    {
        (_application, _meters, _process) = (application, meters, process);
        Address = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Where it listens.</summary>
    internal Uri Address { get; }

    /// <summary>Starts to listen and to measure.</summary>
    /// <exception cref="IOException">The port cannot be used.</exception>
    internal static async Task<MonitoringServer> StartAsync(
        IPEndPoint listen, StoreInstruments instruments, StoreHealth health, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var process = new ProcessInstruments();
        var meters = new MeterReader(meter => meter == instruments.Meter || meter == process.Meter || meter.Name == ProcessInstruments.RuntimeMeter);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxRequestBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Listen(listen, options => options.Protocols = HttpProtocols.Http1);
        });
        var application = builder.Build();
        application.Run(context => AnswerAsync(context, meters, health));
        try
        {
            await application.StartAsync(cancellationToken);
            return new MonitoringServer(application, meters, process);
        }
        catch
        {
            await application.DisposeAsync();
            meters.Dispose();
            process.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _meters.Dispose();
        _process.Dispose();
    }

    private static Task AnswerAsync(HttpContext context, MeterReader meters, StoreHealth health)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "expected GET\n");
        }

        return context.Request.Path.Value switch
        {
            "/metrics" => WriteAsync(context, StatusCodes.Status200OK, PrometheusText.Write(meters.Collect()), PrometheusText.ContentType),
            "/healthz" => WriteAsync(context, StatusCodes.Status200OK, "ok\n"),
            "/readyz" => WriteAsync(context, health.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, health.State + "\n"),
            _ => WriteAsync(context, StatusCodes.Status404NotFound, "there are /metrics, /healthz and /readyz\n"),
        };
    }

    private static Task WriteAsync(HttpContext context, int status, string text, string contentType = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
