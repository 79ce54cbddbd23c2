using System.Net;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Security;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Hosting;

/// <summary>How a store is started.</summary>
public sealed record ShuffleStoreOptions
{
    /// <summary>Where to listen; 127.0.0.1 at a free port by default.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Where to answer <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> by HTTP/1.1; nowhere if null, which is the default.</summary>
    public IPEndPoint? MetricsListen { get; init; }

    /// <summary>What to speak TLS with; without TLS if null, which is the default.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>The folder that holds the objects. Set this or <see cref="ObjectStore"/>.</summary>
    public string? Directory { get; init; }

    /// <summary>The object store to work on; stays the caller's to dispose of. Set this or <see cref="Directory"/>.</summary>
    public IObjectStore? ObjectStore { get; init; }

    /// <summary>The master key that all others are derived from, at least 32 bytes; from <see cref="KeyFile"/> if null.</summary>
    public ReadOnlyMemory<byte>? MasterKey { get; init; }

    /// <summary>
    /// The file that holds the master key; made with a random one if it is not there. If null too, <c>store.key</c> in
    /// <see cref="Directory"/>, or a random key that is gone with the process. Read again while the store runs: a replaced key counts within 5 s. What is
    /// derived from or signed by a key in <c>second.key</c> beside it is accepted as well.
    /// </summary>
    public string? KeyFile { get; init; }

    /// <summary>How the store works inside.</summary>
    public ShuffleEngineOptions Engine { get; init; } = new();

    /// <summary>
    /// The bytes of all messages that are being received over the network at a time and are longer than 64 KiB; 64 MiB by default, at least
    /// the 24 MiB of the longest message. Senders wait while it is used up.
    /// </summary>
    public long ReceiveBudgetBytes { get; init; } = 64 << 20;

    /// <summary>The bytes that each call may send ahead of what the store has asked for; 256 KiB by default, at least 128 KiB.</summary>
    public int StreamWindowBytes { get; init; } = GrpcKestrelExtensions.DefaultStreamWindow;

    /// <summary>
    /// The most connections that are open at a time; further ones are closed at once. By default 12,000. Less where the process may not have as many open files,
    /// which is told in the log.
    /// </summary>
    public int? MaxConnections { get; init; }

    /// <summary>How old a run may become before it is deleted; runs are kept until someone deletes them if null, which is the default.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// Whether what runs cost is written down, in small records beside theirs, so that it can be told after this process; false by default, and then only this
    /// process's own count is told.
    /// </summary>
    public bool RecordUsage { get; init; }

    /// <summary>How long tickets are good that the store signs; 1 hour by default. Whoever holds the run's key can renew them.</summary>
    public TimeSpan TicketLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the store may take, when it is disposed of, to write out its windows and to end its calls in order; 7 s by default.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where log entries go; nowhere if null.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
