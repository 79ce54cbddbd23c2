using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Metrics;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Ingest;

/// <summary>What the windows of all runs share.</summary>
internal sealed record RunIngestServices(
    IObjectStore Objects, RunMarkers Markers, ByteBudget Budget, SlabPool Slabs, IngestOptions Options, TimeProvider TimeProvider, ILogger Logger)
{
    /// <summary>Where measures go.</summary>
    internal required StoreInstruments Instruments { get; init; }

    /// <summary>Told, outside of locks, after a session was closed or a write has ended.</summary>
    internal required Action<RunIngest> Settled { get; init; }

    /// <summary>Told, outside of locks, after a block got into a window while others wait for memory.</summary>
    internal required Action Contended { get; init; }

    /// <summary>Told when a write begins (1) and ends (-1).</summary>
    internal required Action<int> Writing { get; init; }
}
