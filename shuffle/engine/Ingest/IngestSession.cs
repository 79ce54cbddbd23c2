using System.Buffers;
using System.Threading.Channels;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Segments;

namespace Executor.Shuffle.Engine.Ingest;

/// <summary>
/// One writer's blocks of one output on their way into segments. Offers come from one caller at a time, acknowledgements go to one reader at a
/// time. Dispose it when the sender has gone, whatever the reason; blocks that were taken are written all the same.
/// </summary>
public sealed class IngestSession : IDisposable
{
    private readonly RunIngest _ingest;
    private readonly Action _closed;
    private readonly int _partitionCount;
    private readonly Channel<Acknowledgement> _acknowledgements = System.Threading.Channels.Channel.CreateUnbounded<Acknowledgement>(
        new UnboundedChannelOptions { SingleReader = true });

    private volatile ShuffleException? _broken;
    private int _disposed;

    internal IngestSession(RunIngest ingest, int number, BlockSource source, int partitionCount, Action closed)
    {
        _ingest = ingest;
        _closed = closed;
        _partitionCount = partitionCount;
        Number = number;
        Source = source;
    }

    /// <summary>Whose blocks these are.</summary>
    public BlockSource Source { get; }

    /// <summary>
    /// What the sender may be told, as it comes. Ends with the reason, a <see cref="ShuffleException"/>, when the stream is broken.
    /// </summary>
    public ChannelReader<Acknowledgement> Acknowledgements => _acknowledgements.Reader;

    internal int Number { get; }

    /// <summary>
    /// Takes a block. Waits while the byte budget is used up; returns once the block is in the window, not once it is durable.
    /// </summary>
    /// <param name="header">The block's header.</param>
    /// <param name="payload">Its bytes, copied before the call returns.</param>
    /// <param name="checksumIsKnown">False if the header has no checksum: it is computed instead of compared.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The header with its checksum.</returns>
    /// <exception cref="ShuffleException">
    /// <see cref="ShuffleError.Invalid"/>: the bytes do not fit the header's length or checksum, the sequence does not follow, a size is
    /// beyond <see cref="ShuffleLimits"/>. Otherwise the reason that the stream is broken for.
    /// </exception>
    public async ValueTask<BlockHeader> OfferAsync(
        BlockHeader header, ReadOnlySequence<byte> payload, bool checksumIsKnown, CancellationToken cancellationToken)
    {
        if (payload.Length > ShuffleLimits.MaxBlockBytes || header.Length != payload.Length)
        {
            throw new ShuffleException(
                ShuffleError.Invalid,
                $"{Source}: block {header.Sequence} has {payload.Length} bytes, its header says {header.Length}, at most {ShuffleLimits.MaxBlockBytes} are allowed");
        }

        if (header.Rows < 0 || header.Partition < 0 || header.Partition >= _partitionCount)
        {
            throw new ShuffleException(
                ShuffleError.Invalid, $"{Source}: block {header.Sequence} has {header.Rows} rows in partition {header.Partition} of {_partitionCount}");
        }

        ThrowIfBroken();
        var memory = await _ingest.TakeAsync(header.Length, cancellationToken);
        var taken = false;
        try
        {
            var checksum = memory.Fill(payload);
            if (checksumIsKnown && checksum != header.Crc32C)
            {
                throw new ShuffleException(
                    ShuffleError.Invalid, $"{Source}: block {header.Sequence} arrived with CRC32C {checksum:x8}, its header says {header.Crc32C:x8}");
            }

            header = header with { Crc32C = checksum };
            _ingest.Offer(this, header, memory);
            taken = true;
            return header;
        }
        finally
        {
            if (!taken)
            {
                _ingest.Discard(memory);
            }
        }
    }

    /// <summary>Says that the sender sends nothing before it gets an acknowledgement, so that the window need not wait for it.</summary>
    public void Wait() => _ingest.Wait(this);

    /// <summary>Says that the sender sends nothing more, so that no window need wait for it.</summary>
    public void End() => _ingest.End(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _closed();
            _ingest.Close(Number);
            _acknowledgements.Writer.TryComplete();
        }
    }

    internal void Acknowledge(Acknowledgement acknowledgement) => _acknowledgements.Writer.TryWrite(acknowledgement);

    /// <summary>True once it takes nothing more; what becomes durable all the same is still acknowledged until <see cref="Acknowledgements"/> end.</summary>
    internal bool IsBroken => _broken is not null;

    /// <summary>Takes nothing more.</summary>
    internal void Refuse(ShuffleException reason) => _broken ??= reason;

    internal void Break(ShuffleException reason)
    {
        _broken ??= reason;
        _acknowledgements.Writer.TryComplete(reason);
    }

    /// <summary>Throws the reason if it is broken. A segment that fails breaks it under the lock of the run's window, under which this has to be asked before the window is.</summary>
    internal void ThrowIfBroken()
    {
        if (_broken is { } reason)
        {
            throw new ShuffleException(reason.Error, reason.Message, reason);
        }
    }
}
