using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Shuffle.Engine.Commits;

/// <summary>Refuses what cannot be a writer, an output or a commit, before anything is stored or allocated for it.</summary>
public static class CommitValidation
{
    private const int MaxSegmentNameLength = 64;

    /// <summary>Checks the identity of a writer.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>, naming the field.</exception>
    public static void Require(WriterId writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var attempt = writer.Attempt;
        Demand(attempt is not null, "the writer has no attempt");
        Demand(Names.IsValid(attempt!.Run), $"run '{attempt.Run}' is not a name");
        Demand(Names.IsValid(attempt.Task), $"task '{attempt.Task}' is not a name");
        Demand(attempt.Index is >= 0 and < ShuffleLimits.MaxInstances, $"index {attempt.Index}, expected 0 to {ShuffleLimits.MaxInstances - 1}");
        Demand(IsGeneration(attempt.Generation), $"generation {attempt.Generation}, expected 0 to {ShuffleLimits.MaxGenerations - 1}");
        Demand(attempt.Attempt >= 1, $"attempt {attempt.Attempt}, expected 1 or more");
        Demand(IsIncarnation(writer.Incarnation), "the incarnation is not 1 to 63 characters of [0-9a-z-]");
    }

    /// <summary>Checks the place that blocks are to be written to.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>, naming the field.</exception>
    public static void Require(WriteTarget target, ReadOnlyMemory<byte> schema)
    {
        ArgumentNullException.ThrowIfNull(target);
        Demand(target.Writer is not null, "the target has no writer");
        Require(target.Writer!);
        RequireOutput(target.Output);
        RequireDefinition(target.TaskDefinition);
        RequirePartitionCount(target.PartitionCount);
        RequireSchema(schema, target.Output);
    }

    /// <summary>Checks a commit.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>, naming the field.</exception>
    public static void Require(CommitRecord commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        Demand(commit.Writer is not null, "the commit has no writer");
        Require(commit.Writer!);
        RequireDefinition(commit.Definition);
        RequireDefinition(commit.TaskDefinition);
        Demand(commit.Outputs is { Count: <= ShuffleLimits.MaxOutputs }, $"a commit has at most {ShuffleLimits.MaxOutputs} outputs");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var output in commit.Outputs!)
        {
            RequireOutput(output?.Name);
            Demand(names.Add(output!.Name), $"output '{output.Name}' is committed twice");
            RequireSchema(output.Schema, output.Name);
            RequirePartitions(output);
            RequireSegments(output);
        }
    }

    /// <summary>Checks what is to be sealed.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>, naming the field.</exception>
    public static void Require(SealRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Demand(request.Seal is not null, "the request names no seal");
        Require(request.Seal!);
        Demand(request.Epoch >= 0, $"epoch {request.Epoch}, expected 0 or more");
        RequirePartitionCount(request.PartitionCount);
        Demand(request.Generations is { Count: <= ShuffleLimits.MaxInstances }, $"at most {ShuffleLimits.MaxInstances} instances can be sealed");
        Demand(request.Generations!.All(IsGeneration), $"a generation is not 0 to {ShuffleLimits.MaxGenerations - 1}");
    }

    /// <summary>Checks the name of a seal.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>, naming the field.</exception>
    public static void Require(SealId seal)
    {
        ArgumentNullException.ThrowIfNull(seal);
        Demand(Names.IsValid(seal.Run), $"run '{seal.Run}' is not a name");
        Demand(seal.Output is not null && Names.IsValid(seal.Output.Task) && Names.IsValid(seal.Output.Output), $"output '{seal.Output}' is not a name");
        Demand(IsGeneration(seal.Generation), $"generation {seal.Generation}, expected 0 to {ShuffleLimits.MaxGenerations - 1}");
    }

    private static void RequirePartitions(OutputCommit output)
    {
        Demand(output.Partitions is { Count: <= ShuffleLimits.MaxPartitions }, $"output '{output.Name}' has more than {ShuffleLimits.MaxPartitions} partitions");
        var last = -1;
        foreach (var partition in output.Partitions!)
        {
            Demand(
                partition.Partition > last && partition.Partition < ShuffleLimits.MaxPartitions,
                $"output '{output.Name}': partition {partition.Partition} after {last}, expected ascending numbers below {ShuffleLimits.MaxPartitions}");
            Demand(
                partition is { Blocks: > 0, Rows: >= 0, Bytes: >= 0 },
                $"output '{output.Name}' partition {partition.Partition} claims {partition.Blocks} blocks, {partition.Rows} rows, {partition.Bytes} bytes");
            last = partition.Partition;
        }

        Demand(output.Partitions.Sum(partition => partition.Blocks) <= int.MaxValue, $"output '{output.Name}' has more than {int.MaxValue} blocks");
    }

    private static void RequireSegments(OutputCommit output)
    {
        Demand(output.Segments is not null, $"output '{output.Name}' has no list of segments");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var segment in output.Segments!)
        {
            Demand(
                segment is { Length: > 0 and <= MaxSegmentNameLength } && segment.All(char.IsAsciiLetterOrDigit),
                $"output '{output.Name}': a segment's name is not 1 to {MaxSegmentNameLength} letters and digits");
            Demand(names.Add(segment), $"output '{output.Name}' names segment {segment} twice");
        }

        Demand(names.Count > 0 || output.Partitions.Count == 0, $"output '{output.Name}' has blocks but no segment");
    }

    private static void RequireOutput(string? output) => Demand(Names.IsValid(output), $"output '{output}' is not a name");

    private static void RequireDefinition(string? definition) => Demand(
        definition is { Length: > 0 and <= ShuffleLimits.MaxDefinitionLength } && definition.All(char.IsAsciiLetterOrDigit),
        $"a definition is not 1 to {ShuffleLimits.MaxDefinitionLength} letters and digits");

    private static void RequirePartitionCount(int count) =>
        Demand(count is > 0 and <= ShuffleLimits.MaxPartitions, $"{count} partitions, expected 1 to {ShuffleLimits.MaxPartitions}");

    private static void RequireSchema(ReadOnlyMemory<byte> schema, string output)
    {
        Demand(schema.Length <= ShuffleLimits.MaxSchemaBytes, $"output '{output}': the schema has more than {ShuffleLimits.MaxSchemaBytes} bytes");
        SchemaFields.RequireSchema($"output '{output}'", schema);
    }

    private static bool IsGeneration(int generation) => generation is >= 0 and < ShuffleLimits.MaxGenerations;

    private static bool IsIncarnation(string? incarnation) =>
        incarnation is { Length: > 0 and <= Names.MaxLength } && incarnation.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static void Demand(bool holds, string broken)
    {
        if (!holds)
        {
            throw new ShuffleException(ShuffleError.Invalid, broken);
        }
    }
}
