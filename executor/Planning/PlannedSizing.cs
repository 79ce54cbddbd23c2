namespace Executor.Planning;

/// <summary>That a task's attempts are sized by what their like have used, and within which bounds. No part of the task's definition.</summary>
/// <param name="Mode">What becomes of what the model says.</param>
/// <param name="Class">The class whose attempts are learned from: the task's own <c>class</c>, or <c>WORKFLOW/TASK</c>.</param>
internal sealed record PlannedSizing(SizingMode Mode, string Class)
{
    /// <summary>True if attempts may get other than what their task asks for.</summary>
    public bool Applies => Mode != SizingMode.Recommend;

    /// <summary>The least memory in bytes; no bound if null.</summary>
    public long? MinMemoryBytes { get; init; }

    /// <summary>The most memory in bytes; no bound if null.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>The least CPU in thousandths of a core; a tenth of what the task asks for if null.</summary>
    public long? MinCpuMillicores { get; init; }

    /// <summary>The most CPU in thousandths of a core; what the task asks for if null.</summary>
    public long? MaxCpuMillicores { get; init; }

    /// <summary>True if CPU is sized, too: only where a bound of it is given.</summary>
    public bool SizesCpu => MinCpuMillicores is not null || MaxCpuMillicores is not null;
}

/// <summary>What becomes of what the model says.</summary>
internal enum SizingMode
{
    /// <summary>People are told; attempts get what their task asks for.</summary>
    Recommend,

    /// <summary>Attempts get it.</summary>
    Apply,

    /// <summary>Attempts get what the cluster's VPA says of their class in its place.</summary>
    Vpa,
}
