namespace Executor.Shuffle.Channel;

/// <summary>The sizes that every store accepts and no store exceeds; checked before memory is taken.</summary>
public static class ShuffleLimits
{
    /// <summary>The most bytes of one record's value.</summary>
    public const int MaxRecordBytes = 16 << 20;

    /// <summary>The most bytes of one block's payload.</summary>
    public const int MaxBlockBytes = 16 << 20;

    /// <summary>The most bytes of an encapsulated schema message.</summary>
    public const int MaxSchemaBytes = 1 << 20;

    /// <summary>The most partitions of an output.</summary>
    public const int MaxPartitions = 65_536;

    /// <summary>The most outputs of a task.</summary>
    public const int MaxOutputs = 256;

    /// <summary>The most instances of a task.</summary>
    public const int MaxInstances = 10_000_000;

    /// <summary>The most generations of an instance or a seal.</summary>
    public const int MaxGenerations = 10_000;

    /// <summary>The most characters of a definition's hash.</summary>
    public const int MaxDefinitionLength = 128;

    /// <summary>The bytes that a writer may have under way unacknowledged, unless it is told otherwise.</summary>
    public const int DefaultCreditBytes = 16 << 20;
}
