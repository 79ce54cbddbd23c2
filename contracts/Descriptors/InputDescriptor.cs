using Executor.Contracts.Identity;

namespace Executor.Contracts.Descriptors;

/// <summary>One input of one attempt: which part of which sealed output, and how the body gets it.</summary>
public sealed record InputDescriptor
{
    /// <summary>The output to read.</summary>
    public required OutputId From { get; init; }

    /// <summary>The seal's generation to read.</summary>
    public required int SealGeneration { get; init; }

    /// <summary>The partition to read; all of them if null.</summary>
    public int? Partition { get; init; }

    /// <summary>The producing instance to read (<c>same-index</c>); all of them if null.</summary>
    public int? SourceIndex { get; init; }

    /// <summary>The producing instances to read (a slice of a partition); all of them if null.</summary>
    public InstanceRange? Sources { get; init; }

    /// <summary>What the body is given.</summary>
    public DataFormat Format { get; init; }

    /// <summary>True if the data arrives on the body's standard input; else it is a file in the input folder, complete before the body starts.</summary>
    public bool Stdin { get; init; }
}

/// <summary>The bytes that a body reads or writes.</summary>
public enum DataFormat
{
    /// <summary>An Arrow IPC stream.</summary>
    Arrow,

    /// <summary>UTF-8 text, a row a line, of one string column named <c>line</c>.</summary>
    Lines,
}
