using Executor.Contracts.Records;

namespace Executor.Shuffle.Channel;

/// <summary>Whose commit stands for an (instance, generation).</summary>
/// <param name="Won">True if it is the caller's: created just now, or by an earlier call whose answer was lost.</param>
/// <param name="Winner">The commit that stands.</param>
public sealed record CommitAnswer(bool Won, CommitRecord Winner);
