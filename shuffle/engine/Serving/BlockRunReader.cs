using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Executor.Contracts.Integrity;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;

namespace Executor.Shuffle.Engine.Serving;

/// <summary>
/// Reads runs of blocks with few, large requests, one ahead of the consumer, and checks every header and payload.
/// </summary>
internal sealed class BlockRunReader(IObjectStore objects, ByteBudget budget, ServingOptions options)
{
    /// <summary>The blocks of the runs, in order.</summary>
    /// <param name="run">The run of the workflow that the segments belong to.</param>
    /// <param name="runs">What to read, ascending by partition, segment, offset.</param>
    /// <param name="damaged">Told of runs whose remaining blocks cannot be read; reading goes on behind them if it returns.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal async IAsyncEnumerable<ServedBlock> ReadAsync(
        string run, IEnumerable<PlannedRun> runs, Action<PlannedRun, string> damaged, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var chunks = System.Threading.Channels.Channel.CreateBounded<Chunk>(1);
        var reading = Task.Run(() => FillAsync(run, runs, damaged, chunks.Writer, ended.Token), CancellationToken.None);
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
                    foreach (var block in chunk.Blocks)
                    {
                        yield return block;
                    }
                }
                finally
                {
                    Release(chunk);
                }
            }
        }
        finally
        {
            await ended.CancelAsync();
            await reading.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            while (chunks.Reader.TryRead(out var unused))
            {
                Release(unused);
            }
        }
    }

    private async Task FillAsync(
        string run, IEnumerable<PlannedRun> runs, Action<PlannedRun, string> damaged, ChannelWriter<Chunk> target, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var extent in Coalesce(runs))
            {
                await ReadExtentAsync(run, extent, damaged, target, cancellationToken);
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

    private async Task ReadExtentAsync(
        string run, List<PlannedRun> extent, Action<PlannedRun, string> damaged, ChannelWriter<Chunk> target, CancellationToken cancellationToken)
    {
        var key = ObjectKeys.Segment(run, extent[0].SegmentName);
        var cursor = new ExtentCursor(extent, damaged);
        var carried = ReadOnlyMemory<byte>.Empty;
        while (!cursor.IsAtEnd)
        {
            // The next block as a whole at least, which is known once its header was seen.
            var wanted = (int)Math.Max(cursor.NextBytes, Math.Min(options.ReadBytes, cursor.RemainingBytes));
            await budget.ReserveAsync(wanted, cancellationToken);
            var chunk = new Chunk(ArrayPool<byte>.Shared.Rent(wanted), wanted);
            try
            {
                var bytes = chunk.Buffer.AsMemory(0, wanted);
                var have = Math.Min(carried.Length, wanted);
                carried[..have].CopyTo(bytes);
                var read = have == wanted
                    ? 0
                    : (await objects.GetAsync(key, ObjectRange.From(cursor.Offset + have, wanted - have), bytes[have..], cancellationToken))?.Count ?? 0;
                var begin = cursor.Offset;
                cursor.Take(bytes[..(have + read)], whole: have + read == wanted, chunk.Blocks);

                // The beginning of a block that did not fit is kept for the next round, for the chunk is the consumer's from now on.
                var used = cursor.Offset - begin;
                carried = cursor.IsAtEnd || used >= have + read ? default : bytes[(int)used..(have + read)].ToArray();
                if (chunk.Blocks.Count > 0)
                {
                    await target.WriteAsync(chunk, cancellationToken);
                    chunk = null;
                }
            }
            finally
            {
                if (chunk is not null)
                {
                    Release(chunk);
                }
            }
        }
    }

    private void Release(Chunk chunk)
    {
        ArrayPool<byte>.Shared.Return(chunk.Buffer);
        budget.Release(chunk.Reserved);
    }

    private sealed record Chunk(byte[] Buffer, int Reserved)
    {
        internal List<ServedBlock> Blocks { get; } = [];
    }

    /// <summary>Where an extent was read up to: always at a block's header.</summary>
    private sealed class ExtentCursor(List<PlannedRun> extent, Action<PlannedRun, string> damaged)
    {
        private readonly long _end = extent[^1].Run.Offset + extent[^1].Run.Length;
        private int _run;
        private int _blocksInRun;

        internal long Offset { get; private set; } = extent[0].Run.Offset;

        internal bool IsAtEnd => _run == extent.Count;

        internal long RemainingBytes => _end - Offset;

        internal long NextBytes { get; private set; } = SegmentLayout.BlockHeaderBytes;

        internal void Take(Memory<byte> bytes, bool whole, List<ServedBlock> blocks)
        {
            var begin = Offset;
            while (!IsAtEnd)
            {
                var planned = extent[_run];
                var rest = bytes[(int)Math.Min(bytes.Length, Offset - begin)..];
                if (rest.Length < SegmentLayout.BlockHeaderBytes)
                {
                    NextBytes = SegmentLayout.BlockHeaderBytes;
                    GiveUpUnless(whole, planned, "the segment ends early");
                    return;
                }

                var size = SegmentReader.ReadBlockHeader(rest.Span, planned.Footer, planned.Run, out var header);
                if (size == 0 || Offset + size > planned.Run.Offset + planned.Run.Length)
                {
                    Skip(planned, $"the block at {Offset} of segment {planned.SegmentName} has a damaged header");
                    continue;
                }

                if (rest.Length < size)
                {
                    NextBytes = size;
                    GiveUpUnless(whole, planned, "the segment ends early");
                    return;
                }

                Offset += size;
                var payload = rest.Slice(SegmentLayout.BlockHeaderBytes, header.Length);
                if (Crc32C.Of(payload.Span) == header.Crc32C)
                {
                    var next = new ReadPosition(planned.Run.Partition, planned.Segment, Offset);
                    blocks.Add(new ServedBlock(new ShuffleBlock(header, new ReadOnlySequence<byte>(payload)), planned.Source, next));
                }
                else
                {
                    damaged(planned, $"the block at {Offset - size} of segment {planned.SegmentName} does not fit its checksum");
                }

                if (++_blocksInRun == planned.Run.Blocks || Offset == planned.Run.Offset + planned.Run.Length)
                {
                    Advance();
                }
            }
        }

        private void GiveUpUnless(bool whole, PlannedRun planned, string reason)
        {
            if (!whole)
            {
                Skip(planned, $"{reason}: segment {planned.SegmentName} at {Offset}");
            }
        }

        private void Skip(PlannedRun planned, string reason)
        {
            damaged(planned, reason);
            Advance();
        }

        private void Advance()
        {
            _run++;
            _blocksInRun = 0;
            NextBytes = SegmentLayout.BlockHeaderBytes;
            if (!IsAtEnd)
            {
                Offset = extent[_run].Run.Offset;
            }
        }
    }
}
