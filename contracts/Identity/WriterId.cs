namespace Executor.Contracts.Identity;

/// <summary>
/// Who wrote a block. Two pods of one attempt (an evicted pod may be replaced inside its Job) are two writers, so the incarnation,
/// and not the attempt alone, decides whose data an instance's commit names.
/// </summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Incarnation">The pod's UID, or a random 128-bit nonce in hex for a local process; 1 to 63 characters of [0-9a-z-].</param>
public sealed record WriterId(AttemptId Attempt, string Incarnation)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Attempt} incarnation {Incarnation}";
}
