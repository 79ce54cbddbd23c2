using System.Net;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>How a client reaches a store.</summary>
public sealed record FlightChannelOptions
{
    /// <summary>
    /// The store pods, any of which serves everything: <c>http://host:port</c> or <c>https://host:port</c>; at least one. A host name that stands for
    /// several addresses is so many pods. Where there are names and addresses, the addresses are asked where no name is known or no pod behind one answers.
    /// </summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>
    /// Opens the stream below each connection to an endpoint in place of a socket: how a store is reached that has no address here. Null, the
    /// default, for sockets. Called also for several connections at the same time. What it throws counts as a store pod out of reach: the next
    /// pod is tried, up to <see cref="MaxTries"/>. Streams are the channel's to dispose of.
    /// </summary>
    public Func<Uri, CancellationToken, ValueTask<Stream>>? Connect { get; init; }

    /// <summary>
    /// Looks a host name of <see cref="Endpoints"/> up in place of the system; null, the default, for the system. Not called with <see cref="Connect"/>. Called
    /// beside the first call and, at most every 10 s, after failures; no call waits for it. What it throws of <see cref="System.Net.Sockets.SocketException"/>,
    /// <see cref="IOException"/> or <see cref="TimeoutException"/> means that the name is not known.
    /// </summary>
    public Func<string, CancellationToken, Task<IPAddress[]>>? Resolve { get; init; }

    /// <summary>How long a pod's machine may take to answer a connection before the next pod is tried; 3 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a pod may take over a connection that its machine has answered, with TLS and again until its first word, before the next one is tried; 15 s
    /// by default, as a busy pod needs processor time for it.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whom to take for the store at <c>https</c> endpoints; null, the default, for whomever the system's authorities vouch for.</summary>
    public StoreTrust? Trust { get; init; }

    /// <summary>The run's key, or the operator's.</summary>
    public required string Key { get; init; }

    /// <summary>The bytes that each writer may have unacknowledged; 16 MiB by default.</summary>
    public int CreditBytes { get; init; } = ShuffleLimits.DefaultCreditBytes;

    /// <summary>How often in a row something is tried with every pod, without a pause between them, if it makes no progress; 8 by default.</summary>
    public int MaxTries { get; init; } = 8;

    /// <summary>The delay before all pods are tried for the second time; doubled before every further time up to <see cref="MaxDelay"/>; 100 ms by default.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest delay between tries; 5 s by default.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
