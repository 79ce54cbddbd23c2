namespace Executor.Grpc;

/// <summary>
/// The one exception of a call, on both sides: a client throws it for every call that did not succeed, whatever the cause;
/// a server's method throws it to answer with a status of its choice.
/// </summary>
public sealed class RpcException : Exception
{
    /// <summary>A failure with a status and without trailers.</summary>
    public RpcException(Status status)
        : this(status, [])
    {
    }

    /// <summary>A failure with a status and the trailers that came, or shall go, with it.</summary>
    public RpcException(Status status, Metadata trailers)
        : base(status.ToString(), status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The call's trailers without those of gRPC itself; empty where none came.</summary>
    public Metadata Trailers { get; }
}
