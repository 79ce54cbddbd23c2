using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.Serving;

namespace Executor.Shuffle.Engine.InProcess;

/// <summary>How a store works inside.</summary>
public sealed record ShuffleEngineOptions
{
    /// <summary>How blocks are collected into segments.</summary>
    public IngestOptions Ingest { get; init; } = new();

    /// <summary>How sealed data is read.</summary>
    public ServingOptions Serving { get; init; } = new();
}
