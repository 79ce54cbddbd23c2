namespace Executor.Sizing;

/// <summary>What an attempt should get, and why.</summary>
/// <param name="MemoryBytes">Its memory: whole MiB, within the bounds.</param>
/// <param name="Expert">Whose word it is: an expert's name, <c>request</c>, or <c>young</c> for a class of few attempts.</param>
/// <param name="Step">What to do now.</param>
/// <param name="Alternatives">What others would have given, the best rated first; empty while the class is young.</param>
/// <param name="Reason">The same in words, for logs and people.</param>
internal sealed record SizingDecision(long MemoryBytes, string Expert, SizingStep Step, IReadOnlyList<SizingAlternative> Alternatives, string Reason)
{
    /// <summary>What somebody outside said who was asked, before bounds; null if nobody was, or said nothing.</summary>
    public long? TargetBytes { get; init; }
}

/// <summary>What an expert would have given.</summary>
/// <param name="Expert">Its name.</param>
/// <param name="MemoryBytes">The bytes, before bounds.</param>
/// <param name="Cost">What its proposals have cost so far, in byte-seconds.</param>
internal sealed record SizingAlternative(string Expert, double MemoryBytes, double Cost);

/// <summary>What to do with an attempt that could be launched.</summary>
internal enum SizingStep
{
    /// <summary>Launch it.</summary>
    Launch,

    /// <summary>Launch it alone: nothing is known of its class, and the others of its fan-out gain from what it shows.</summary>
    Probe,

    /// <summary>Leave it until the probe of its class has ended. Launching it all the same is safe, and dearer.</summary>
    AwaitProbe,
}
