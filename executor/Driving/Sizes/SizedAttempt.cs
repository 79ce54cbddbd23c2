using Executor.Contracts.Identity;
using Executor.Sizing;
using Executor.Sizing.History;

namespace Executor.Driving.Sizes;

/// <summary>What was decided of an attempt before it was launched.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="InputBytes">What it reads; null if not known.</param>
/// <param name="AskedBytes">The memory that its task asks for.</param>
/// <param name="GivenBytes">The memory that it gets.</param>
/// <param name="Decision">What the model said.</param>
internal sealed record SizedAttempt(AttemptId Attempt, double? InputBytes, long AskedBytes, long GivenBytes, SizingDecision Decision);

/// <summary>What an attempt of a class has shown.</summary>
/// <param name="Class">The class.</param>
/// <param name="Seen">What it has shown.</param>
internal readonly record struct ClassObservation(string Class, Observation Seen);
