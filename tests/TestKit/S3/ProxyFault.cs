namespace Executor.TestKit.S3;

/// <summary>What a <see cref="FaultProxy"/> does to a request.</summary>
public enum ProxyFault
{
    /// <summary>It answers 500 InternalError; the server never sees the request.</summary>
    InternalError,

    /// <summary>It answers 503 SlowDown; the server never sees the request.</summary>
    SlowDown,

    /// <summary>It answers 409 ConditionalRequestConflict; the server never sees the request.</summary>
    Conflict,

    /// <summary>It answers 403 QuotaExceeded; the server never sees the request.</summary>
    QuotaExceeded,

    /// <summary>It answers 502 with a page that is no XML; the server never sees the request.</summary>
    BadGateway,

    /// <summary>The connection is cut; the server never sees the request.</summary>
    ResetBefore,

    /// <summary>The connection is cut in place of the server's answer.</summary>
    ResetAfter,

    /// <summary>The connection is cut in the middle of the answer's body; a body of less than two bytes is cut off entirely.</summary>
    ShortBody,

    /// <summary>Nothing is answered until the client gives up; the server never sees the request.</summary>
    StallBefore,

    /// <summary>The server has answered; nothing of it is passed on until the client gives up.</summary>
    StallAfter,

    /// <summary>The body of the answer comes in many small pieces.</summary>
    Trickle,

    /// <summary>A bit of the request's body is turned over before the server gets it.</summary>
    DamagedRequest,
}
