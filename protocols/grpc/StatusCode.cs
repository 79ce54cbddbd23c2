namespace Executor.Grpc;

/// <summary>The outcome of a call, as <c>grpc-status</c> carries it (gRPC's "Status codes and their use").</summary>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,

    /// <summary>The call was cancelled, by its caller as a rule.</summary>
    Cancelled = 1,

    /// <summary>The server gave no usable status.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever state the server is in.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call completed.</summary>
    DeadlineExceeded = 4,

    /// <summary>What the request names does not exist.</summary>
    NotFound = 5,

    /// <summary>What the request would create exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and is not allowed to do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a size limit or memory is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The server's state does not allow the request; a retry does not help until that state changes.</summary>
    FailedPrecondition = 9,

    /// <summary>The request lost a race; a retry at a higher level may help.</summary>
    Aborted = 10,

    /// <summary>The request reaches past the end of what there is.</summary>
    OutOfRange = 11,

    /// <summary>The method is not served here.</summary>
    Unimplemented = 12,

    /// <summary>Something that must hold does not: a broken message, a broken stream, a defect.</summary>
    Internal = 13,

    /// <summary>The server cannot be reached or refuses for now; a retry may help.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The call carries no valid credentials.</summary>
    Unauthenticated = 16,
}
