using Executor.Contracts.Descriptors;
using Executor.Workflows.Errors;
using Executor.Workflows.Values;

namespace Executor.Workflows.Model;

/// <summary>A task as the file says it.</summary>
internal sealed record TaskSpec
{
    /// <summary>Where the task begins.</summary>
    public required SourceLocation At { get; init; }

    /// <summary>Its name.</summary>
    public Located<string>? Name { get; init; }

    /// <summary>How it fans out; one instance if null.</summary>
    public FanOutSpec? FanOut { get; init; }

    /// <summary>Tasks that must be done before, without a flow of data.</summary>
    public IReadOnlyList<Located<string>> After { get; init; } = [];

    /// <summary>What it reads.</summary>
    public IReadOnlyList<InputSpec> Inputs { get; init; } = [];

    /// <summary>The input on standard input, written <c>task.output</c>.</summary>
    public Located<string>? Stdin { get; init; }

    /// <summary>What it writes.</summary>
    public IReadOnlyList<OutputSpec> Outputs { get; init; } = [];

    /// <summary>The output on standard output.</summary>
    public Located<string>? Stdout { get; init; }

    /// <summary>The command; a script is one too.</summary>
    public IReadOnlyList<Located<Template>>? Command { get; init; }

    /// <summary>The .NET task.</summary>
    public DotnetSpec? Dotnet { get; init; }

    /// <summary>What it has in common with the workflow's defaults.</summary>
    public TaskSettings Settings { get; init; } = new();

    /// <summary>What sizing and accounting group it by; its name if null.</summary>
    public Located<string>? Class { get; init; }
}

/// <summary>How a task fans out; exactly one is given.</summary>
/// <param name="Count">How many instances.</param>
/// <param name="Items">One instance for each text.</param>
/// <param name="Over">One instance for each partition of the output <c>task.output</c>.</param>
/// <param name="SplitAbove">With <paramref name="Over"/>: partitions with more bytes are read by several instances; never if null.</param>
internal sealed record FanOutSpec(
    Located<Template>? Count, IReadOnlyList<Located<Template>>? Items, Located<string>? Over, Located<Template>? SplitAbove);

/// <summary>An input of a task.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="From">The output read, written <c>task.output</c>.</param>
/// <param name="Read"><c>partition</c>, <c>all</c> or <c>same-index</c>.</param>
/// <param name="Format">What the body is given; the output's format if null.</param>
internal sealed record InputSpec(SourceLocation At, Located<string>? From, Located<string>? Read, DataFormat? Format);

/// <summary>An output of a task.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Format">What the body writes.</param>
/// <param name="Partitioning">How rows are spread; not at all if null.</param>
internal sealed record OutputSpec(Located<string>? Name, DataFormat Format, PartitioningSpec? Partitioning);

/// <summary>How the rows of an output are spread.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Columns">The key columns.</param>
/// <param name="Bounds">The lower bounds of the second partition and those after it.</param>
/// <param name="Partitions">How many partitions; null where the bounds say it.</param>
internal sealed record PartitioningSpec(
    PartitioningKind Kind, IReadOnlyList<string> Columns, IReadOnlyList<string> Bounds, Located<Template>? Partitions);

/// <summary>A .NET task: what it is made of, or where it is in the task's image.</summary>
/// <param name="Source">The path as written; null with <see cref="Assembly"/>.</param>
/// <param name="Type">The task type's full name.</param>
internal sealed record DotnetSpec(Located<string>? Source, string? Type)
{
    /// <summary>The absolute path of the assembly in the image; null with <see cref="Source"/>.</summary>
    public Located<string>? Assembly { get; init; }
}
