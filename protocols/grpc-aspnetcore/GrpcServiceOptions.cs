namespace Executor.Grpc.AspNetCore;

/// <summary>What holds for every call of the methods mapped with it. Read once, when a method is mapped.</summary>
public sealed class GrpcServiceOptions
{
    /// <summary>
    /// The longest message taken from a client, in bytes; null for no limit. A longer one ends the call with
    /// <see cref="StatusCode.ResourceExhausted"/> before memory is taken for it. Default 64 MiB.
    /// </summary>
    public int? MaxReceiveMessageSize { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Gives each call, once <see cref="BeforeCall"/> has let it in, its part of the memory of all messages that are being received at a time. Null, the
    /// default, for no bound but those of each call.
    /// </summary>
    public Func<ServerCallContext, ReceiveBudget>? ReceiveBudget { get; set; }

    /// <summary>The longest message sent, in bytes; null, the default, for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>
    /// Runs before every call's method, and before any of its messages is read; throws <see cref="RpcException"/> to refuse the call.
    /// The place for authentication. Null, the default, for nothing.
    /// </summary>
    public Func<ServerCallContext, ValueTask>? BeforeCall { get; set; }

    /// <summary>The clock of deadlines. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
