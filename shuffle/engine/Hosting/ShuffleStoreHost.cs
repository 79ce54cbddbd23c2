using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Executor.Flight.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Flight;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Metrics;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.OnDisk;
using Executor.Shuffle.Engine.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Executor.Shuffle.Engine.Hosting;

/// <summary>
/// A running store: Arrow Flight on a port, and the same store without the wire for this process. Thread-safe. Disposing of it closes the port, writes out
/// and acknowledges what the windows hold, and ends the streams of writers and readers with <see cref="ShuffleError.Unavailable"/>, so that they go on at
/// another store; other calls are let end. What has not ended after <see cref="ShuffleStoreOptions.DrainTimeout"/> is broken off.
/// </summary>
public sealed partial class ShuffleStoreHost : IAsyncDisposable
{
    /// <summary>The category of log lines that tell of refused calls and of what operators do.</summary>
    public const string AuditCategory = AuditLog.Category;

    /// <summary>A record of the largest size in base64, or a block, with what is around it.</summary>
    private const int MaxMessageBytes = (ShuffleLimits.MaxRecordBytes / 3 * 4) + (2 << 20);

    private const int MinStreamWindowBytes = 128 << 10;
    private const int MaxStreamWindowBytes = 16 << 20;

    private readonly WebApplication _application;
    private readonly ShuffleEngine _engine;
    private readonly IObjectStore? _owned;
    private readonly KeyRing _keys;
    private readonly StoreHealth _health;
    private readonly MonitoringServer? _monitoring;
    private readonly Func<Task> _writeUsage;
    private readonly CancellationTokenSource _draining;
    private readonly TimeSpan _drainTimeout;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private int _disposed;

    private ShuffleStoreHost(
        ShuffleStoreOptions options,
        WebApplication application,
        ShuffleEngine engine,
        ReceiveMemory receiving,
        IObjectStore? owned,
        KeyRing keys,
        StoreHealth health,
        MonitoringServer? monitoring,
        Func<Task> writeUsage,
        CancellationTokenSource draining,
        ILogger logger)
    {
        (_health, _monitoring, _writeUsage) = (health, monitoring, writeUsage);
        _drainTimeout = options.DrainTimeout;
        _timeProvider = options.TimeProvider;
        _draining = draining;
        _logger = logger;
        _application = application;
        _engine = engine;
        Receiving = receiving;
        _owned = owned;
        _keys = keys;
        Channel = new InProcessShuffleChannel(engine);
        Records = new InProcessRunRecords(engine);
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Address = new Uri(addresses.First());
    }

    /// <summary>Where the store listens: <c>http://host:port</c>, or <c>https://host:port</c> with TLS.</summary>
    public Uri Address { get; }

    /// <summary>Where <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> are; null if they were not asked for.</summary>
    public Uri? MetricsAddress => _monitoring?.Address;

    /// <summary>The shuffle, without the wire.</summary>
    public IShuffleChannel Channel { get; }

    /// <summary>The runs' records, without the wire.</summary>
    public IRunRecords Records { get; }

    /// <summary>The key that opens everything, as the master key is now.</summary>
    public string OperatorKey => _keys.Current.OperatorKey;

    internal ShuffleEngine Engine => _engine;

    internal ReceiveMemory Receiving { get; }

    /// <summary>Counts of the requests made to the object store.</summary>
    public ObjectStoreCounters Counters => _engine.Counters;

    /// <summary>The key that a run's task pods hold, as the master key is now.</summary>
    public string RunKeyOf(string run) => _keys.Current.RunKeyOf(run);

    /// <summary>Probes the object store, then starts to listen.</summary>
    /// <exception cref="ArgumentException">The options contradict each other; the message names the option.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be used, or does not keep the promises that the store rests on.</exception>
    /// <exception cref="IOException">The key file, the certificate's files or the port cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">One of these files may not be read.</exception>
    public static async Task<ShuffleStoreHost> StartAsync(ShuffleStoreOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Directory is null == options.ObjectStore is null)
        {
            throw new ArgumentException($"set either {nameof(options.Directory)} or {nameof(options.ObjectStore)}", nameof(options));
        }

        if (options.TimeToLive <= TimeSpan.Zero || options.TicketLifetime <= TimeSpan.Zero)
        {
            throw new ArgumentException($"{nameof(options.TimeToLive)} and {nameof(options.TicketLifetime)} must be positive", nameof(options));
        }

        if (options.ReceiveBudgetBytes < MaxMessageBytes || options.StreamWindowBytes is < MinStreamWindowBytes or > MaxStreamWindowBytes)
        {
            throw new ArgumentException(
                $"{nameof(options.ReceiveBudgetBytes)} must be at least {MaxMessageBytes}, {nameof(options.StreamWindowBytes)} from {MinStreamWindowBytes} to {MaxStreamWindowBytes}",
                nameof(options));
        }

        if (options.MaxConnections is < 1)
        {
            throw new ArgumentException($"{nameof(options.MaxConnections)} must be at least 1", nameof(options));
        }

        options.Engine.Ingest.Validate();
        options.Engine.Serving.Validate();
        var loggers = options.LoggerFactory ?? NullLoggerFactory.Instance;
        var instruments = new StoreInstruments();
        var health = new StoreHealth();

        // Before the probe, which may take a while, so that what the store does can be seen.
        var monitoring = options.MetricsListen is { } listen
            ? await MonitoringServer.StartAsync(listen, instruments.Meter, () => new MonitoredState(health.IsReady, health.State), loggers, cancellationToken)
            : null;
        var owned = options.Directory is null ? null : new DirectoryObjectStore(options.Directory, options.TimeProvider);
        var objects = options.ObjectStore ?? owned!;
        try
        {
            await ObjectStoreProbe.RunAsync(objects, cancellationToken);
            var keys = ReadKeys(options, loggers.CreateLogger<KeyRing>());
            var engine = new ShuffleEngine(objects, options.Engine, options.TimeProvider, loggers.CreateLogger<ShuffleEngine>(), instruments);
            engine.Usage.AreKept = options.RecordUsage;
            var tickets = new TicketSigner(keys, options.TimeProvider, options.TicketLifetime);
            var audit = new AuditLog(loggers.CreateLogger(AuditLog.Category), instruments);
            var draining = new CancellationTokenSource();
            var server = new ShuffleFlightServer(
                engine, keys, tickets, audit, options.TimeProvider, loggers.CreateLogger<ShuffleFlightServer>(), draining.Token);
            var receiving = new ReceiveMemory(options.ReceiveBudgetBytes, options.Engine.Serving.Patience, options.TimeProvider, loggers.CreateLogger<StallGuard>());
            engine.ObserveBudget("receive", receiving.Budget);
            var certificate = options.Tls is { } files
                ? new ServerCertificate(files, options.TimeProvider, loggers.CreateLogger<ServerCertificate>())
                : null;
            var application = Build(options, loggers, server, audit, engine, receiving, certificate);
            try
            {
                await application.StartAsync(cancellationToken);
                var host = new ShuffleStoreHost(
                    options, application, engine, receiving, owned, keys, health, monitoring, WriteUsageAsync, draining, loggers.CreateLogger<ShuffleStoreHost>());
                health.Ready();
                return host;
            }
            catch
            {
                await application.DisposeAsync();
                throw;
            }

            Task WriteUsageAsync() => options.RecordUsage
                ? UsageRecorder.WriteLastAsync(engine.Usage, options.TimeProvider, loggers.CreateLogger<UsageRecorder>())
                : Task.CompletedTask;
        }
        catch
        {
            await (owned?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (monitoring?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        _health.Draining();
        using var deadline = new CancellationTokenSource(_drainTimeout, _timeProvider);

        // Acknowledgements of what was written last need some of the time.
        using var writing = new CancellationTokenSource(_drainTimeout * 0.75, _timeProvider);
        var closing = CloseAsync(deadline.Token);
        await _draining.CancelAsync();
        if (!await _engine.DrainAsync(writing.Token))
        {
            NotWritten(_logger, _drainTimeout);
        }

        await closing;
        await _application.DisposeAsync();
        Receiving.Dispose();
        await _writeUsage();
        _engine.Close();
        await (_owned?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_monitoring?.DisposeAsync() ?? ValueTask.CompletedTask);
        _draining.Dispose();
    }

    /// <summary>
    /// Takes no more connections, has clients open no more calls on those that are there, and returns once all calls have ended, or have been broken off.
    /// </summary>
    private async Task CloseAsync(CancellationToken deadline)
    {
        try
        {
            await _application.StopAsync(deadline);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            // Whatever was left is broken off.
        }
    }

    private static KeyRing ReadKeys(ShuffleStoreOptions options, ILogger logger)
    {
        var file = options.KeyFile ?? (options.Directory is null ? null : Path.Combine(options.Directory, "store.key"));
        return options.MasterKey is null && file is not null
            ? new KeyRing(file, options.TimeProvider, logger)
            : new KeyRing(
                new StoreKeys(options.MasterKey is { } key ? key.Span : RandomNumberGenerator.GetBytes(StoreKeys.MinMasterKeyBytes)), options.TimeProvider, logger);
    }

    private static WebApplication Build(
        ShuffleStoreOptions options,
        ILoggerFactory loggers,
        ShuffleFlightServer server,
        AuditLog audit,
        ShuffleEngine engine,
        ReceiveMemory receiving,
        ServerCertificate? certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.Services.AddHostedService(_ => new AuditSummaries(audit, options.TimeProvider));
        if (options.TimeToLive is { } timeToLive)
        {
            builder.Services.AddHostedService(_ => new RunSweeper(engine, timeToLive, options.TimeProvider, loggers.CreateLogger<RunSweeper>()));
        }

        if (options.RecordUsage)
        {
            builder.Services.AddHostedService(_ => new UsageRecorder(engine.Usage, options.TimeProvider, loggers.CreateLogger<UsageRecorder>()));
        }

        var connections = ConnectionLimit.Of(options.MaxConnections, options.TimeProvider, loggers.CreateLogger<ConnectionLimit>());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.UseGrpcLimits(options.StreamWindowBytes);
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.Use(next => connection => connections.RunAsync(connection, next));
                if (certificate is not null)
                {
                    listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(TlsOf(certificate)) });
                }
            });
        });
        builder.Services.AddLargeTransportBuffers();
        var application = builder.Build();
        application.Use(next => context => new CallObserver(engine.Instruments, audit).InvokeAsync(context, next));
        application.UseRouting();
        application.MapFlightServer(server, new FlightServiceOptions
        {
            Authenticator = server.AuthenticateAsync,
            MaxReceiveMessageSize = MaxMessageBytes,
            ReceiveBudget = context => receiving.Of(ShuffleFlightServer.RunOf(context)),
            TimeProvider = options.TimeProvider,
        });
        return application;
    }

    private static SslServerAuthenticationOptions TlsOf(ServerCertificate certificate) => new()
    {
        ServerCertificateContext = certificate.Current,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "the store ends without having written all that it held, after {Limit}: nobody was told that it was durable, and its senders send it again")]
    private static partial void NotWritten(ILogger logger, TimeSpan limit);
}
