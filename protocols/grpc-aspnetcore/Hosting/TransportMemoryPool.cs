using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Executor.Grpc.AspNetCore.Hosting;

/// <summary>
/// A pool of pinned blocks. Kestrel's own blocks of 4 KiB make a message of a few MiB a chain of hundreds of pieces, each with its own receive call; longer ones
/// take most of that cost away. But a connection takes a block for a few bytes as well, and thousands of connections take thousands: so there is a number of
/// long blocks, which few connections that move much do not use up, and who comes when all of them are in use gets a short one. Thread-safe.
/// </summary>
/// <param name="blockLength">The length of a long block in bytes.</param>
/// <param name="maxBlocks">How many long blocks there are at most; all that were made are kept.</param>
internal sealed class TransportMemoryPool(int blockLength, int maxBlocks) : MemoryPool<byte>
{
    /// <summary>The length of a short block, as Kestrel's own have it.</summary>
    internal const int ShortLength = 4096;

    /// <summary>How many short blocks are kept for reuse.</summary>
    private const int MaxFreeShort = 4096;

    private readonly ConcurrentStack<Block> _long = new();
    private readonly ConcurrentStack<Block> _short = new();
    private int _made;
    private int _freeShort;
    private volatile bool _disposed;

    public override int MaxBufferSize => blockLength;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, blockLength);
        if (_long.TryPop(out var block))
        {
            block.Lease();
            return block;
        }

        if (Interlocked.Increment(ref _made) <= maxBlocks)
        {
            return new Block(this, blockLength, isLong: true);
        }

        Interlocked.Decrement(ref _made);
        return RentShort(Math.Max(ShortLength, minBufferSize));
    }

    /// <summary>Keeps no blocks any more: the first of the queues that share it ends, and with it the server.</summary>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _long.Clear();
        _short.Clear();
    }

    private Block RentShort(int length)
    {
        if (length == ShortLength && _short.TryPop(out var block))
        {
            Interlocked.Decrement(ref _freeShort);
            block.Lease();
            return block;
        }

        return new Block(this, length, isLong: false);
    }

    private void Return(Block block)
    {
        if (_disposed)
        {
            return;
        }

        if (block.IsLong)
        {
            _long.Push(block);
        }
        else if (block.Memory.Length == ShortLength && Interlocked.Increment(ref _freeShort) <= MaxFreeShort)
        {
            _short.Push(block);
        }
        else if (block.Memory.Length == ShortLength)
        {
            Interlocked.Decrement(ref _freeShort);
        }
    }

    private sealed class Block(TransportMemoryPool pool, int length, bool isLong) : IMemoryOwner<byte>
    {
        private int _leased = 1;

        public bool IsLong => isLong;

        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(length, pinned: true), 0, length);

        public void Lease() => _leased = 1;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _leased, 0) == 1)
            {
                pool.Return(this);
            }
        }
    }
}
