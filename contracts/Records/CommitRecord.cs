using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;

namespace Executor.Contracts.Records;

/// <summary>
/// The one record by which an attempt's data becomes its instance's. Created once per (instance, generation) by a conditional create
/// (docs/protocol.md, "Commit"); immutable afterwards. It alone proves that the instance succeeded.
/// </summary>
public sealed record CommitRecord
{
    /// <summary>Whose data is committed.</summary>
    public required WriterId Writer { get; init; }

    /// <summary>The hash of the instance's definition (<c>TaskDescriptor.Definition</c>).</summary>
    public required string Definition { get; init; }

    /// <summary>
    /// The hash of the task's definition (<c>TaskDescriptor.TaskDefinition</c>): the instances that share it must have equal schemas.
    /// </summary>
    public required string TaskDefinition { get; init; }

    /// <summary>One element per declared output, in declared order; empty for a task without outputs.</summary>
    public IReadOnlyList<OutputCommit> Outputs { get; init => field = value ?? []; } = [];

    /// <summary>What the attempt used.</summary>
    public AttemptUsage? Usage { get; init; }
}

/// <summary>One output of one instance, as committed.</summary>
public sealed record OutputCommit
{
    /// <summary>The output's name.</summary>
    public required string Name { get; init; }

    /// <summary>The encapsulated Arrow IPC schema message; for text lines the schema of one string column named <c>line</c>.</summary>
    public required ReadOnlyMemory<byte> Schema { get; init; }

    /// <summary>The segments that hold the writer's blocks, as named by the store's acknowledgements, without duplicates.</summary>
    public IReadOnlyList<string> Segments { get; init => field = value ?? []; } = [];

    /// <summary>Per non-empty partition, ascending.</summary>
    public IReadOnlyList<PartitionStatistics> Partitions { get; init => field = value ?? []; } = [];
}
