using Executor.Contracts.Identity;

namespace Executor.Shuffle.Channel;

/// <summary>The place of a writer's blocks.</summary>
/// <param name="Writer">Who writes.</param>
/// <param name="TaskDefinition">The hash of the task's definition, which scopes the agreement on the schema.</param>
/// <param name="Output">The output's name within the task.</param>
/// <param name="PartitionCount">How many partitions the output is declared with.</param>
public sealed record WriteTarget(WriterId Writer, string TaskDefinition, string Output, int PartitionCount);
