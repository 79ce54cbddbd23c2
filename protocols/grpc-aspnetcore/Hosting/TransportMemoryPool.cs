using System.Buffers;
using System.Collections.Concurrent;

namespace Executor.Grpc.AspNetCore.Hosting;

/// <summary>
/// A pool of pinned blocks of one length. Kestrel's own blocks of 4 KiB make a message of a few MiB a chain of hundreds of pieces,
/// each with its own receive call; larger ones take most of that cost away.
/// </summary>
internal sealed class TransportMemoryPool(int blockLength, int maxFreeBlocks) : MemoryPool<byte>
{
    private readonly ConcurrentStack<Block> _free = new();
    private int _freeCount;
    private volatile bool _disposed;

    public override int MaxBufferSize => blockLength;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, blockLength);
        if (!_free.TryPop(out var block))
        {
            return new Block(this, GC.AllocateUninitializedArray<byte>(blockLength, pinned: true));
        }

        Interlocked.Decrement(ref _freeCount);
        block.Lease();
        return block;
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _free.Clear();
    }

    private void Return(Block block)
    {
        if (_disposed)
        {
            return;
        }

        if (Interlocked.Increment(ref _freeCount) > maxFreeBlocks)
        {
            Interlocked.Decrement(ref _freeCount);
            return;
        }

        _free.Push(block);
    }

    private sealed class Block(TransportMemoryPool pool, byte[] bytes) : IMemoryOwner<byte>
    {
        private int _leased = 1;

        public Memory<byte> Memory { get; } = System.Runtime.InteropServices.MemoryMarshal.CreateFromPinnedArray(bytes, 0, bytes.Length);

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
