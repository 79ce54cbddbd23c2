namespace Executor.Contracts.Descriptors;

/// <summary>One output of one attempt: where the body leaves it, and how its rows are spread over partitions.</summary>
public sealed record OutputDescriptor
{
    /// <summary>The output's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the body writes.</summary>
    public DataFormat Format { get; init; }

    /// <summary>True if it is the body's standard output; else a file in the output folder.</summary>
    public bool Stdout { get; init; }

    /// <summary>How rows are spread.</summary>
    public required PartitioningDescriptor Partitioning { get; init; }
}

/// <summary>How the rows of an output are spread over its partitions.</summary>
public sealed record PartitioningDescriptor
{
    /// <summary>The rule.</summary>
    public required PartitioningKind Kind { get; init; }

    /// <summary>How many partitions there are, at least one.</summary>
    public required int Count { get; init; }

    /// <summary>The key columns of hash and range partitioning.</summary>
    public IReadOnlyList<string> Columns { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Range only: the ascending lower bounds of partitions 1 to Count - 1 for the single key column, as text in the column's type.
    /// </summary>
    public IReadOnlyList<string> Bounds { get; init => field = value ?? []; } = [];
}

/// <summary>The rules for spreading rows.</summary>
public enum PartitioningKind
{
    /// <summary>All rows go to partition 0.</summary>
    Unpartitioned,

    /// <summary>By a hash of the key columns' values that is the same on every machine and in every version.</summary>
    Hash,

    /// <summary>By the key column's place among given bounds.</summary>
    Range,

    /// <summary>Row i goes to partition (i + index) modulo the count.</summary>
    RoundRobin,

    /// <summary>Every row goes to every partition.</summary>
    Broadcast,
}
