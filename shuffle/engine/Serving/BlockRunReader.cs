using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Executor.Contracts.Integrity;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;

namespace Executor.Shuffle.Engine.Serving;

/// <summary>
/// Reads runs of blocks with few, large requests, one ahead of the consumer and more where memory is to spare, and checks every header and payload. A
/// reader that waits for memory holds none that another one needs: what it has read is its consumer's, which goes on without it.
/// </summary>
internal sealed class BlockRunReader(IObjectStore objects, SlabBuffers buffers, ServingOptions options)
{
    private readonly MergedReads _reads = new(objects, options);

    /// <summary>The blocks of the runs, in order.</summary>
    /// <param name="run">The run of the workflow that the segments belong to.</param>
    /// <param name="runs">What to read, ascending by partition, segment, offset.</param>
    /// <param name="damaged">
    /// Told of runs with blocks that cannot be read, by whoever takes the blocks; reading goes on behind them if it returns.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal async IAsyncEnumerable<ServedBlock> ReadAsync(
        string run, IEnumerable<PlannedRun> runs, Action<PlannedRun, string> damaged, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var chunks = System.Threading.Channels.Channel.CreateBounded<Chunk>(1);
        var reading = Task.Run(() => FillAsync(run, runs, chunks.Writer, ended.Token), CancellationToken.None);
        try
        {
            while (await chunks.Reader.WaitToReadAsync(cancellationToken))
            {
                if (!chunks.Reader.TryRead(out var chunk))
                {
                    continue;
                }

                try
                {
                    foreach (var piece in chunk.Pieces)
                    {
                        // Summed here and not when it was read: the bytes are sent next and so come from memory but once.
                        if (piece.Damage(Crc32C.Of(piece.Block.Payload)) is { } damage)
                        {
                            damaged(piece.Run, damage);
                        }
                        else
                        {
                            yield return new ServedBlock(piece.Block, piece.Run.Source, piece.Next);
                        }
                    }
                }
                finally
                {
                    buffers.Return(run, chunk.Slabs);
                }
            }
        }
        finally
        {
            await ended.CancelAsync();
            await reading.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            while (chunks.Reader.TryRead(out var unused))
            {
                buffers.Return(run, unused.Slabs);
            }
        }
    }

    private async Task FillAsync(string run, IEnumerable<PlannedRun> runs, ChannelWriter<Chunk> target, CancellationToken cancellationToken)
    {
        using var extents = Coalesce(runs).GetEnumerator();

        // The one whose turn it is, and those behind it that are being read already.
        var reads = new Queue<ExtentRead>();
        ExtentRead? next = null;
        try
        {
            while (Head() is { } head)
            {
                while (head.HasMore && await target.WaitToWriteAsync(cancellationToken))
                {
                    head.Started ??= ReadAsync(head, await buffers.RentAsync(run, Wanted(head), cancellationToken));
                    StartAhead();
                    var chunk = await head.Started;
                    head.Started = null;
                    if (chunk.Pieces.Count == 0 || !target.TryWrite(chunk))
                    {
                        buffers.Return(run, chunk.Slabs);
                    }
                }

                reads.Dequeue();
            }

            target.Complete();
        }
        catch (Exception exception)
        {
            target.Complete(exception is ObjectStoreException failure ? StoreFailure.From(failure) : exception);
        }
        finally
        {
            await AbandonAsync(run, reads);
        }

        ExtentRead? Head()
        {
            if (reads.Count == 0 && (next ?? Open()) is { } first)
            {
                reads.Enqueue(first);
                next = null;
            }

            return reads.TryPeek(out var head) ? head : null;
        }

        ExtentRead? Open() => extents.MoveNext() ? new ExtentRead(ObjectKeys.Segment(run, extents.Current[0].SegmentName), new ExtentCursor(extents.Current)) : null;

        // Never waits, so that what is read ahead keeps no other reader from what it needs.
        void StartAhead()
        {
            while (reads.Count <= options.ReadsAhead && (next ??= Open()) is { } later && buffers.TryRentSpare(run, Wanted(later), out var slabs))
            {
                later.Started = ReadAsync(later, slabs);
                reads.Enqueue(later);
                next = null;
            }
        }

        async Task<Chunk> ReadAsync(ExtentRead extent, byte[][] slabs)
        {
            var chunk = new Chunk(slabs);
            try
            {
                var wanted = Wanted(extent);
                var memory = Array.ConvertAll(slabs, slab => slab.AsMemory());
                var read = await _reads.ReadAsync(extent.Key, extent.Cursor.Offset, wanted, memory, cancellationToken);
                extent.Cursor.Take(SequenceOf(memory).Slice(0, read), whole: read == wanted, chunk.Pieces);
                return chunk;
            }
            catch
            {
                buffers.Return(run, slabs);
                throw;
            }
        }
    }

    private int Wanted(ExtentRead extent) => extent.Cursor.NextRead(options.ReadBytes, options.GapBytes);

    private async Task AbandonAsync(string run, IEnumerable<ExtentRead> reads)
    {
        foreach (var started in reads.Select(read => read.Started).OfType<Task<Chunk>>())
        {
            await started.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (started.IsCompletedSuccessfully)
            {
                buffers.Return(run, (await started).Slabs);
            }
        }
    }

    /// <summary>Groups runs that lie behind one another in a segment with no more than small gaps between them.</summary>
    private IEnumerable<List<PlannedRun>> Coalesce(IEnumerable<PlannedRun> runs)
    {
        var extent = new List<PlannedRun>();
        foreach (var next in runs)
        {
            if (extent.Count > 0)
            {
                var gap = next.Run.Offset - (extent[^1].Run.Offset + extent[^1].Run.Length);
                if (next.Segment != extent[^1].Segment || gap < 0 || gap > options.GapBytes)
                {
                    yield return extent;
                    extent = [];
                }
            }

            extent.Add(next);
        }

        if (extent.Count > 0)
        {
            yield return extent;
        }
    }

    private static ReadOnlySequence<byte> SequenceOf(Memory<byte>[] slabs)
    {
        var sequence = new ByteSequence();
        foreach (var slab in slabs)
        {
            sequence.Append(slab);
        }

        return sequence.ToSequence();
    }

    /// <summary>An extent that is being read, or is about to be.</summary>
    private sealed class ExtentRead(string key, ExtentCursor cursor)
    {
        internal string Key => key;

        internal ExtentCursor Cursor => cursor;

        /// <summary>The read that is under way or has not been taken yet.</summary>
        internal Task<Chunk>? Started { get; set; }

        internal bool HasMore => Started is not null || !cursor.IsAtEnd;
    }

    private sealed record Chunk(byte[][] Slabs)
    {
        internal List<ReadPiece> Pieces { get; } = [];
    }
}
