using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Hosting;

/// <summary>
/// Closes connections beyond a number at once, before a byte of them is read, so that idle ones cost neither memory without bound nor the last file
/// descriptor. Tells of it in the log, at most every ten seconds. Thread-safe.
/// </summary>
internal sealed partial class ConnectionLimit(int limit, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>The most connections unless asked for otherwise.</summary>
    internal const int Default = 12_000;

    /// <summary>Descriptors that are left for the object store, files and the like.</summary>
    private const int OtherDescriptors = 1024;

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private int _open;
    private int _refused;
    private long? _loggedAt;

    /// <summary>Open connections.</summary>
    internal int Open => Volatile.Read(ref _open);

    /// <summary>As many as are asked for, or as the process may have descriptors for, which is told if it is less.</summary>
    internal static ConnectionLimit Of(int? asked, TimeProvider timeProvider, ILogger logger)
    {
        var wanted = asked ?? Default;
        var possible = FileDescriptors.Limit is { } descriptors ? (int)Math.Clamp(descriptors - OtherDescriptors, 64, int.MaxValue) : wanted;
        if (possible < wanted)
        {
            Lowered(logger, possible, wanted, FileDescriptors.Limit!.Value);
        }

        return new ConnectionLimit(Math.Min(wanted, possible), timeProvider, logger);
    }

    /// <summary>Lets a connection through to whoever serves it, or closes it.</summary>
    internal async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= limit)
            {
                await next(connection);
                return;
            }

            // Told first, so that whoever sees the connection closed finds the reason in the log.
            Refuse();
            connection.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private void Refuse()
    {
        int refused;
        lock (_lock)
        {
            _refused++;
            if (_loggedAt is { } at && timeProvider.GetElapsedTime(at) < LogInterval)
            {
                return;
            }

            _loggedAt = timeProvider.GetTimestamp();
            refused = _refused;
            _refused = 0;
        }

        Refused(logger, refused, limit);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} connections were closed at once: {Limit} are open, as many as are allowed (--max-connections)")]
    private static partial void Refused(ILogger logger, int count, int limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "at most {Possible} connections are taken in place of {Wanted}: the process may have {Descriptors} open files (ulimit -n)")]
    private static partial void Lowered(ILogger logger, int possible, int wanted, long descriptors);
}
