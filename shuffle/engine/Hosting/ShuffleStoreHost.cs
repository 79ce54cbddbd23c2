using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Executor.Flight.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Flight;
using Executor.Shuffle.Engine.InProcess;
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
/// A running store: Arrow Flight on a port, and the same store without the wire for this process. Thread-safe. Disposing of it refuses new
/// writers, writes out and acknowledges what the windows hold, then closes the port.
/// </summary>
public sealed class ShuffleStoreHost : IAsyncDisposable
{
    /// <summary>A record of the largest size in base64, or a block, with what is around it.</summary>
    private const int MaxMessageBytes = (ShuffleLimits.MaxRecordBytes / 3 * 4) + (2 << 20);

    private const int MinStreamWindowBytes = 128 << 10;
    private const int MaxStreamWindowBytes = 16 << 20;

    private readonly WebApplication _application;
    private readonly ShuffleEngine _engine;
    private readonly IObjectStore? _owned;
    private readonly StoreKeys _keys;

    private ShuffleStoreHost(WebApplication application, ShuffleEngine engine, ReceiveMemory receiving, IObjectStore? owned, StoreKeys keys)
    {
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

    /// <summary>The shuffle, without the wire.</summary>
    public IShuffleChannel Channel { get; }

    /// <summary>The runs' records, without the wire.</summary>
    public IRunRecords Records { get; }

    /// <summary>The key that opens everything.</summary>
    public string OperatorKey => _keys.OperatorKey;

    internal ShuffleEngine Engine => _engine;

    internal ReceiveMemory Receiving { get; }

    /// <summary>Counts of the requests made to the object store.</summary>
    public ObjectStoreCounters Counters => _engine.Counters;

    /// <summary>The key that a run's task pods hold.</summary>
    public string RunKeyOf(string run) => _keys.RunKeyOf(run);

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
        var owned = options.Directory is null ? null : new DirectoryObjectStore(options.Directory, options.TimeProvider);
        var objects = options.ObjectStore ?? owned!;
        try
        {
            await ObjectStoreProbe.RunAsync(objects, cancellationToken);
            var keys = new StoreKeys(ReadMasterKey(options).Span);
            var loggers = options.LoggerFactory ?? NullLoggerFactory.Instance;
            var engine = new ShuffleEngine(objects, options.Engine, options.TimeProvider, loggers.CreateLogger<ShuffleEngine>());
            var tickets = new TicketSigner(keys, options.TimeProvider, options.TicketLifetime);
            var server = new ShuffleFlightServer(engine, keys, tickets, options.TimeProvider, loggers.CreateLogger<ShuffleFlightServer>());
            var receiving = new ReceiveMemory(options.ReceiveBudgetBytes, options.Engine.Serving.Patience, options.TimeProvider, loggers.CreateLogger<StallGuard>());
            var certificate = options.Tls is { } files
                ? new ServerCertificate(files, options.TimeProvider, loggers.CreateLogger<ServerCertificate>())
                : null;
            var application = Build(options, loggers, server, engine, receiving, certificate);
            try
            {
                await application.StartAsync(cancellationToken);
                return new ShuffleStoreHost(application, engine, receiving, owned, keys);
            }
            catch
            {
                await application.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await (owned?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _application.DisposeAsync();
        Receiving.Dispose();
        await (_owned?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static ReadOnlyMemory<byte> ReadMasterKey(ShuffleStoreOptions options)
    {
        if (options.MasterKey is { } key)
        {
            return key;
        }

        var file = options.KeyFile ?? (options.Directory is null ? null : Path.Combine(options.Directory, "store.key"));
        return file is null ? RandomNumberGenerator.GetBytes(StoreKeys.MinMasterKeyBytes) : MasterKeyFile.ReadOrCreate(file);
    }

    private static WebApplication Build(
        ShuffleStoreOptions options,
        ILoggerFactory loggers,
        ShuffleFlightServer server,
        ShuffleEngine engine,
        ReceiveMemory receiving,
        ServerCertificate? certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        if (options.TimeToLive is { } timeToLive)
        {
            builder.Services.AddHostedService(_ => new RunSweeper(engine, timeToLive, options.TimeProvider, loggers.CreateLogger<RunSweeper>()));
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
}
