namespace Executor.Scheduling;

/// <summary>
/// Says what attempts get whose tasks are sized by what their like have used. Its answers follow from what it was told before and from its arguments; asking
/// changes no later answer.
/// </summary>
internal interface IAttemptSizer
{
    /// <summary>
    /// True if no other instance of the task is to be launched while one is under way: nothing is known of their like, and the first that ends tells.
    /// </summary>
    /// <param name="task">The task's ordinal, of which an attempt is under way.</param>
    /// <param name="state">What is decided.</param>
    bool AwaitsProbe(int task, RunState state);

    /// <summary>True if what attempts of the task get depends on what they read, so that they are launched only once it is sealed.</summary>
    bool WeighsInputs(int task);

    /// <summary>What an attempt gets; null if its task is not sized, so that it gets what the task asks for.</summary>
    /// <param name="attempt">The attempt that is about to be launched.</param>
    /// <param name="state">What is decided; the instance's earlier attempts are in it.</param>
    /// <param name="largestBytes">The most memory that an attempt can have; null if that is not known.</param>
    /// <param name="now">The time.</param>
    AttemptSize? SizeOf(AttemptRef attempt, RunState state, long? largestBytes, DateTimeOffset now);

    /// <summary>True if attempts of the task may get less than it asks for.</summary>
    bool Sizes(int task);

    /// <summary>The most memory in bytes that an attempt of the task may get by the task's own bounds; null if there is none.</summary>
    long? MostBytes(int task);
}

/// <summary>What an attempt gets in place of what its task asks for.</summary>
/// <param name="MemoryBytes">Its memory; at least 1.</param>
/// <param name="CpuMillicores">Its processors in thousandths; null for what the task asks for.</param>
internal readonly record struct AttemptSize(long MemoryBytes, int? CpuMillicores);
