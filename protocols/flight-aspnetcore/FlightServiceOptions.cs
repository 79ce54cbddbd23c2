using Executor.Flight.AspNetCore.Authentication;
using Executor.Grpc;
using Executor.Grpc.AspNetCore;

namespace Executor.Flight.AspNetCore;

/// <summary>What holds for all calls of a mapped <see cref="FlightServer"/>. Read once, when it is mapped.</summary>
public sealed class FlightServiceOptions
{
    /// <summary>The longest message taken from a client, in bytes. Default 64 MiB.</summary>
    public int MaxReceiveMessageSize { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Gives each call, once <see cref="Authenticator"/> has let it in, its part of the memory of all messages that are being received at a time. Null, the
    /// default, for no bound but those of each call.
    /// </summary>
    public Func<ServerCallContext, ReceiveBudget>? ReceiveBudget { get; set; }

    /// <summary>Checks the credentials of every call. Null, the default, lets everyone in.</summary>
    public FlightAuthenticator? Authenticator { get; set; }

    /// <summary>The clock of deadlines. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
