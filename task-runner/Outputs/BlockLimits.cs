namespace Executor.TaskRunner.Outputs;

/// <summary>The sizes of blocks, in payload bytes.</summary>
internal static class BlockLimits
{
    /// <summary>Rows are collected up to this size: large enough for few requests, small enough for many partitions at a time.</summary>
    public const int TargetBytes = 1 << 20;

    /// <summary>A block of more rows than one is split until it is not larger.</summary>
    public const int SplitBytes = 2 << 20;

    /// <summary>A batch of the body's at least this size is passed on as it is, and not put together with others.</summary>
    public const int PassOnBytes = 128 << 10;

    /// <summary>The most that a single row and its dictionaries may take: what every store accepts.</summary>
    public const int MaxBytes = 16 << 20;
}
