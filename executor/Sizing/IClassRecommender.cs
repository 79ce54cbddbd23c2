namespace Executor.Sizing;

/// <summary>Somebody outside who says what the attempts of a task class should get, such as a cluster's VPA. Thread-safe; answers at once, by what it last heard.</summary>
internal interface IClassRecommender
{
    /// <summary>What the attempts of a task should get now.</summary>
    /// <param name="task">The task.</param>
    ClassRecommendation Of(string task);
}

/// <summary>What the attempts of a class should get, or why nobody says.</summary>
/// <param name="MemoryBytes">Memory in bytes, at least 1; null if nothing is said of it.</param>
/// <param name="CpuMillicores">Thousandths of a core, at least 1; null if nothing is said of it.</param>
/// <param name="Reason">Who says so, or why there is nothing, in one clause for people.</param>
internal sealed record ClassRecommendation(long? MemoryBytes, int? CpuMillicores, string Reason);
