using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Executor.Contracts.Integrity;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;

namespace Executor.Shuffle.Engine.Serving;

/// <summary>
/// Reads runs of blocks with few, large requests, one ahead of the consumer, and checks every header and payload. A reader that waits for memory
/// holds none that another one needs: what it has read is its consumer's, which goes on without it.
/// </summary>
internal sealed class BlockRunReader(IObjectStore objects, SlabBuffers buffers, ServingOptions options)
{
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
        try
        {
            foreach (var extent in Coalesce(runs))
            {
                await ReadExtentAsync(run, extent, target, cancellationToken);
            }

            target.Complete();
        }
        catch (Exception exception)
        {
            target.Complete(exception is ObjectStoreException failure ? StoreFailure.From(failure) : exception);
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

    private async Task ReadExtentAsync(string run, List<PlannedRun> extent, ChannelWriter<Chunk> target, CancellationToken cancellationToken)
    {
        var key = ObjectKeys.Segment(run, extent[0].SegmentName);
        var cursor = new ExtentCursor(extent);
        while (!cursor.IsAtEnd && await target.WaitToWriteAsync(cancellationToken))
        {
            var wanted = cursor.NextRead(options.ReadBytes, options.GapBytes);
            var chunk = new Chunk(await buffers.RentAsync(run, wanted, cancellationToken));
            try
            {
                var slabs = Array.ConvertAll(chunk.Slabs, slab => slab.AsMemory());
                var read = (await objects.ScatterAsync(key, ObjectRange.From(cursor.Offset, wanted), slabs, cancellationToken))?.Count ?? 0;
                cursor.Take(SequenceOf(slabs).Slice(0, read), whole: read == wanted, chunk.Pieces);
                if (chunk.Pieces.Count > 0)
                {
                    await target.WriteAsync(chunk, cancellationToken);
                    chunk = null;
                }
            }
            finally
            {
                if (chunk is not null)
                {
                    buffers.Return(run, chunk.Slabs);
                }
            }
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

    private sealed record Chunk(byte[][] Slabs)
    {
        internal List<ReadPiece> Pieces { get; } = [];
    }
}
