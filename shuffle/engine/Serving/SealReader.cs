using System.Runtime.CompilerServices;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Commits;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;

namespace Executor.Shuffle.Engine.Serving;

/// <summary>Reads sealed outputs: the winners' blocks, each once, all or <see cref="ShuffleError.DataLoss"/>. Thread-safe.</summary>
public sealed class SealReader
{
    private const int ParallelFooters = 8;
    private const int ParallelCommits = 16;

    // Of a call: a message's part on its way into a connection's buffer (128 KiB), and what waits there (256 KiB, and what the last part was longer).
    private const int ResponseBytes = 512 << 10;

    private readonly IObjectStore _objects;
    private readonly CommitStore _commits;
    private readonly SealStore _seals;
    private readonly WeightedCache<SegmentFooter> _footerCache;
    private readonly WeightedCache<SealRecord> _sealCache;
    private readonly BlockRunReader _reader;

    /// <summary>Makes a reader of an object store that reads into a pool's slabs.</summary>
    public SealReader(IObjectStore objects, CommitStore commits, SealStore seals, SlabPool slabs, ServingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Budget = new ByteBudget(options.BudgetBytes);
        _objects = objects;
        _commits = commits;
        _seals = seals;
        _footerCache = new WeightedCache<SegmentFooter>(options.CacheBytes, footer => footer.MemoryBytes);
        _sealCache = new WeightedCache<SealRecord>(
            options.CacheBytes, seal => 1024 + seal.Schema.Length + (200L * seal.Instances.Count) + (80L * seal.Segments.Count) + (48L * seal.Partitions.Count));
        _reader = new BlockRunReader(objects, new SlabBuffers(slabs, Budget, ResponseBytes), options);
    }

    /// <summary>The bytes of blocks on their way to readers.</summary>
    public ByteBudget Budget { get; }

    /// <summary>The seal, or null while there is none.</summary>
    public Task<SealRecord?> FindSealAsync(SealId seal, CancellationToken cancellationToken)
    {
        CommitValidation.Require(seal);
        var key = ObjectKeys.Record(seal.Run, RecordKeys.Seal(seal.Output, seal.Generation));
        return _sealCache.GetAsync(key, () => _seals.FindAsync(seal, CancellationToken.None), cancellationToken);
    }

    /// <summary>Finds out where the blocks of a selection lie.</summary>
    /// <exception cref="ShuffleException">
    /// <see cref="ShuffleError.NotFound"/>: there is no such seal. <see cref="ShuffleError.Invalid"/>: no such partition or instance in it.
    /// <see cref="ShuffleError.DataLoss"/>: the segments hold fewer blocks than were committed.
    /// </exception>
    public async Task<ReadPlan> PlanAsync(ReadSelection selection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selection);
        var seal = await FindSealAsync(selection.Seal, cancellationToken)
            ?? throw new ShuffleException(
                ShuffleError.NotFound, $"output {selection.Seal.Output} generation {selection.Seal.Generation} of run {selection.Seal.Run} is not sealed");
        Require(selection, seal);
        var expected = await ExpectAsync(selection, seal, cancellationToken);
        var runs = expected.Blocks == 0 ? [] : await GatherAsync(selection, seal, cancellationToken);
        var plan = new ReadPlan(selection, seal, expected, runs, runs.Sum(run => (long)run.Run.Blocks));
        return plan.PlannedBlocks >= expected.Blocks
            ? plan
            : throw await LossAsync(plan, $"{expected.Blocks - plan.PlannedBlocks} of {expected.Blocks} blocks are missing", cancellationToken);
    }

    /// <summary>The blocks of a plan, each verified and delivered once, then the verification of the whole.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="from">
    /// Where to go on, or null to begin. Who goes on drops blocks that it has had before, by (index, sequence), and verifies the whole itself.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<ServedBlock> ReadAsync(
        ReadPlan plan, ReadPosition? from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var seen = plan.HasRepeats ? new HashSet<(int, int)>() : null;
        var found = default(SelectionTotals);
        string? damage = null;
        var blocks = _reader.ReadAsync(
            plan.Selection.Seal.Run, from is { } position ? Behind(plan.Runs, position) : plan.Runs, (_, reason) => damage ??= reason, cancellationToken);
        await foreach (var served in blocks)
        {
            if (seen is null || seen.Add((served.Block.Header.Index, served.Block.Header.Sequence)))
            {
                found = found.Plus(served.Block.Header);
                yield return served;
            }

            // A damaged block may have a whole repeat, so that only a selection without repeats is known to have lost something already.
            if (damage is not null && seen is null)
            {
                break;
            }
        }

        if (from is null ? found != plan.Expected : damage is not null)
        {
            throw await LossAsync(plan, damage ?? $"found {found}, sealed {plan.Expected}", cancellationToken);
        }
    }

    /// <summary>A failure that names the instances whose blocks of the plan are not all there.</summary>
    public async Task<ShuffleException> LossAsync(ReadPlan plan, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var lost = await new LossFinder(_commits, _reader).FindAsync(plan, cancellationToken);
        var names = lost.Count == 0 ? "the instances cannot be told" : string.Join(", ", lost.Take(10)) + (lost.Count > 10 ? ", ..." : "");
        return new ShuffleException(ShuffleError.DataLoss, $"{Describe(plan.Selection)}: {reason}; lost: {names}") { Lost = lost };
    }

    /// <summary>A segment's footer; null if the segment is missing or damaged.</summary>
    internal async Task<SegmentFooter?> FindFooterAsync(string run, string segment, CancellationToken cancellationToken)
    {
        var key = ObjectKeys.Segment(run, segment);
        try
        {
            return await _footerCache.GetAsync(
                key, () => SegmentReader.ReadFooterAsync(_objects, key, CancellationToken.None), cancellationToken);
        }
        catch (SegmentFormatException)
        {
            return null;
        }
    }

    /// <summary>The blocks of any runs, without a seal: for verification.</summary>
    internal IAsyncEnumerable<ServedBlock> ReadRunsAsync(
        string run, IEnumerable<PlannedRun> runs, Action<PlannedRun, string> damaged, CancellationToken cancellationToken) =>
        _reader.ReadAsync(run, runs, damaged, cancellationToken);

    /// <summary>Forgets everything about a run.</summary>
    public void Forget(string run)
    {
        _footerCache.Forget(ObjectKeys.Run(run));
        _sealCache.Forget(ObjectKeys.Run(run));
    }

    private static void Require(ReadSelection selection, SealRecord seal)
    {
        if (selection.Partition is { } partition && (partition < 0 || partition >= seal.PartitionCount))
        {
            throw new ShuffleException(ShuffleError.Invalid, $"partition {partition} of output {seal.Output}, which has {seal.PartitionCount}");
        }

        if (selection.SourceIndex is { } index && (index < 0 || index >= seal.Instances.Count))
        {
            throw new ShuffleException(ShuffleError.Invalid, $"instance {index} of output {seal.Output}, which has {seal.Instances.Count}");
        }

        if (selection.Sources is { } sources && (sources.From < 0 || sources.From >= sources.To || sources.To > seal.Instances.Count))
        {
            throw new ShuffleException(ShuffleError.Invalid, $"instances {sources} of output {seal.Output}, which has {seal.Instances.Count}");
        }
    }

    private async Task<SelectionTotals> ExpectAsync(ReadSelection selection, SealRecord seal, CancellationToken cancellationToken)
    {
        if (selection is { SourceIndex: null, Sources: null })
        {
            return Sum(seal.Partitions, selection.Partition);
        }

        // A seal does not say which instance put how much into which partition: their commits do.
        var expected = default(SelectionTotals);
        var adding = new Lock();
        await Parallel.ForEachAsync(
            seal.Instances.Where(instance => instance.Blocks > 0 && selection.Wants(instance.Index)),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelCommits, CancellationToken = cancellationToken },
            async (instance, token) =>
            {
                var id = new InstanceId(seal.Output.Task, instance.Index);
                var commit = await _commits.FindAsync(selection.Seal.Run, id, instance.Generation, token);
                var partitions = commit?.Outputs.FirstOrDefault(output => output.Name == seal.Output.Output)?.Partitions
                    ?? throw new ShuffleException(ShuffleError.DataLoss, $"the commit of {id} generation {instance.Generation} is gone")
                    {
                        Lost = [new LostInstance(id, instance.Generation)],
                    };
                var part = Sum(partitions, selection.Partition);
                lock (adding)
                {
                    expected = expected.Plus(part);
                }
            });
        return expected;
    }

    private static SelectionTotals Sum(IReadOnlyList<PartitionStatistics> partitions, int? only) =>
        partitions.Where(partition => only is null || partition.Partition == only)
            .Aggregate(default(SelectionTotals), (sum, partition) => sum.Plus(partition));

    private async Task<List<PlannedRun>> GatherAsync(ReadSelection selection, SealRecord seal, CancellationToken cancellationToken)
    {
        var perSegment = new List<PlannedRun>[seal.Segments.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, perSegment.Length),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelFooters, CancellationToken = cancellationToken },
            async (segment, token) =>
            {
                var name = seal.Segments[segment];
                var footer = await FindFooterAsync(selection.Seal.Run, name, token);
                perSegment[segment] = footer is null
                    ? []
                    : [.. Wanted(selection, seal, footer).Select(run => new PlannedRun(segment, name, footer, run))];
            });

        // Stable: within a partition the runs stay in the order of segments and offsets.
        return [.. perSegment.SelectMany(runs => runs).OrderBy(run => run.Run.Partition)];
    }

    private static IEnumerable<BlockRun> Wanted(ReadSelection selection, SealRecord seal, SegmentFooter footer)
    {
        var wins = new bool[footer.Writers.Count];
        for (var i = 0; i < wins.Length; i++)
        {
            var writer = footer.Writers[i];
            wins[i] = writer.Output == seal.Output && writer.Index >= 0 && writer.Index < seal.Instances.Count
                && selection.Wants(writer.Index)
                && seal.Instances[writer.Index] is var winner && winner.Generation == writer.Generation
                && winner.Attempt == writer.Attempt && winner.Incarnation == writer.Incarnation;
        }

        return footer.Runs.Where(run => wins[run.Writer] && (selection.Partition is null || selection.Partition == run.Partition));
    }

    private static IEnumerable<PlannedRun> Behind(IReadOnlyList<PlannedRun> runs, ReadPosition position)
    {
        foreach (var planned in runs)
        {
            var place = (planned.Run.Partition, planned.Segment);
            var order = place.CompareTo((position.Partition, position.Segment));
            var end = planned.Run.Offset + planned.Run.Length;
            if (order < 0 || (order == 0 && end <= position.Offset))
            {
                continue;
            }

            yield return order > 0 || planned.Run.Offset >= position.Offset
                ? planned
                : planned with { Run = planned.Run with { Offset = position.Offset, Length = end - position.Offset } };
        }
    }

    private static string Describe(ReadSelection selection) =>
        $"output {selection.Seal.Output} generation {selection.Seal.Generation} of run {selection.Seal.Run}"
        + (selection.Partition is { } partition ? $" partition {partition}" : "")
        + (selection.SourceIndex is { } index ? $" instance {index}" : "")
        + (selection.Sources is { } sources ? $" instances {sources}" : "");
}
