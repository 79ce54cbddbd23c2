namespace Executor.Shuffle.Channel;

/// <summary>A shuffle or record operation that did not succeed.</summary>
/// <param name="error">What kind of failure it is; callers decide by this alone.</param>
/// <param name="message">One sentence for people.</param>
/// <param name="innerException">The cause, if there is one.</param>
public class ShuffleException(ShuffleError error, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What kind of failure it is.</summary>
    public ShuffleError Error { get; } = error;

    /// <summary>
    /// With <see cref="ShuffleError.DataLoss"/>: whose committed data is missing or damaged. Empty if it cannot be told apart, which
    /// means that any instance of the output may be affected.
    /// </summary>
    public IReadOnlyList<LostInstance> Lost { get; init; } = [];

    /// <summary>With <see cref="ShuffleError.ResourceExhausted"/>: when it may be worth trying again, if the store said so.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The kinds of failure, each with the gRPC status that carries it.</summary>
public enum ShuffleError
{
    /// <summary>No store pod could be reached within the retry limit (UNAVAILABLE).</summary>
    Unavailable,

    /// <summary>A limit or byte budget is used up; try again later (RESOURCE_EXHAUSTED).</summary>
    ResourceExhausted,

    /// <summary>Committed data is missing or damaged (DATA_LOSS).</summary>
    DataLoss,

    /// <summary>The key or ticket is missing, wrong, expired or for another run (UNAUTHENTICATED, PERMISSION_DENIED).</summary>
    Denied,

    /// <summary>There is no such run, output, seal or record (NOT_FOUND).</summary>
    NotFound,

    /// <summary>The request breaks the protocol or a limit of sizes (INVALID_ARGUMENT).</summary>
    Invalid,

    /// <summary>The schema differs from what the output's instances agreed on (FAILED_PRECONDITION).</summary>
    SchemaMismatch,

    /// <summary>The store failed in a way that it did not foresee (INTERNAL).</summary>
    Internal,
}
