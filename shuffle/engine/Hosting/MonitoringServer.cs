using System.Diagnostics.Metrics;
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
/// answers) and <c>/readyz</c> (200 while it is ready, else 503). Shows one meter, the process and its runtime, and nothing else. Thread-safe.
/// </summary>
public sealed class MonitoringServer : IAsyncDisposable
{
    private const int MaxConnections = 64;
    private const int MaxRequestBytes = 16 << 10;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;
    private readonly MeterReader _meters;
    private readonly ProcessInstruments _process;
    private readonly Scrapes _scrapes;

    private MonitoringServer(WebApplication application, MeterReader meters, ProcessInstruments process, Scrapes scrapes)
    {
        (_application, _meters, _process, _scrapes) = (application, meters, process, scrapes);
        Address = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts to listen, and to add up what the meter measures from now on.</summary>
    /// <param name="listen">Where to listen. <c>[::]</c> is every address of the machine, of either family.</param>
    /// <param name="meter">What is shown; stays the caller's.</param>
    /// <param name="state">Is asked for each <c>/readyz</c>, from any thread.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="IOException">The port cannot be used.</exception>
    public static async Task<MonitoringServer> StartAsync(
        IPEndPoint listen, Meter meter, Func<MonitoredState> state, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(state);
        var process = new ProcessInstruments();
        var meters = new MeterReader(shown => shown == meter || shown == process.Meter || shown.Name == ProcessInstruments.RuntimeMeter);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxRequestBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            Action<ListenOptions> plain = options => options.Protocols = HttpProtocols.Http1;
            if (listen.Address.Equals(IPAddress.IPv6Any))
            {
                kestrel.ListenAnyIP(listen.Port, plain);
            }
            else
            {
                kestrel.Listen(listen, plain);
            }
        });
        var application = builder.Build();
        var scrapes = new Scrapes();
        application.Run(context => AnswerAsync(context, meters, state, scrapes));
        try
        {
            await application.StartAsync(cancellationToken);
            return new MonitoringServer(application, meters, process, scrapes);
        }
        catch (System.Net.Sockets.SocketException refusal)
        {
            await GiveUpAsync();
            throw new IOException($"cannot listen on {listen}: {refusal.Message}", refusal);
        }
        catch
        {
            await GiveUpAsync();
            throw;
        }

        async Task GiveUpAsync()
        {
            await application.DisposeAsync();
            meters.Dispose();
            process.Dispose();
        }
    }

    /// <summary>Returns once <c>/metrics</c> has been answered to a request that came after this call.</summary>
    public Task NextScrapeAsync(CancellationToken cancellationToken) => _scrapes.NextAsync(cancellationToken);

    /// <summary>Answers what was asked before, for which clients have two seconds, and listens no longer.</summary>
    public async ValueTask DisposeAsync()
    {
        // Disposal alone cuts connections off, whatever is still on its way to them.
        using (var patience = new CancellationTokenSource(ShutdownPatience))
        {
            await _application.StopAsync(patience.Token);
        }

        await _application.DisposeAsync();
        _meters.Dispose();
        _process.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context, MeterReader meters, Func<MonitoredState> state, Scrapes scrapes)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "expected GET\n");
            return;
        }

        switch (context.Request.Path.Value)
        {
            case "/metrics":
                var scraped = scrapes.Begin();
                await WriteAsync(context, StatusCodes.Status200OK, PrometheusText.Write(meters.Collect()), PrometheusText.ContentType);
                scraped.TrySetResult();
                break;
            case "/healthz":
                await WriteAsync(context, StatusCodes.Status200OK, "ok\n");
                break;
            case "/readyz":
                var (isReady, text) = state();
                await WriteAsync(context, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, text + "\n");
                break;
            default:
                await WriteAsync(context, StatusCodes.Status404NotFound, "there are /metrics, /healthz and /readyz\n");
                break;
        }
    }

    private static Task WriteAsync(HttpContext context, int status, string text, string contentType = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    /// <summary>Who waits for a scrape that begins from now on. Thread-safe.</summary>
    private sealed class Scrapes
    {
        private volatile TaskCompletionSource _next = New();

        /// <summary>Those who wait now; to be told once the answer is out.</summary>
        internal TaskCompletionSource Begin() => _next;

        internal Task NextAsync(CancellationToken cancellationToken)
        {
            var next = New();
            _next = next;
            return next.Task.WaitAsync(cancellationToken);
        }

        private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>How far what is monitored is.</summary>
/// <param name="IsReady">True while it takes work.</param>
/// <param name="Text">One word for it.</param>
public readonly record struct MonitoredState(bool IsReady, string Text);
