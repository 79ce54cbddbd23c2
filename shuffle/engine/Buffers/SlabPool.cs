namespace Executor.Shuffle.Engine.Buffers;

/// <summary>
/// Keeps arrays of one size for reuse, so that a store at work allocates no large objects: as many as were ever in use at a time. Thread-safe.
/// </summary>
/// <param name="slabBytes">The size of each array.</param>
public sealed class SlabPool(int slabBytes)
{
    private readonly Lock _lock = new();
    private readonly Stack<byte[]> _free = new();

    /// <summary>The size of each array.</summary>
    public int SlabBytes => slabBytes;

    /// <summary>The bytes of all arrays that were made, in use or kept for reuse.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>An array of undefined content.</summary>
    public byte[] Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var slab))
            {
                return slab;
            }

            HeldBytes += slabBytes;
        }

        return GC.AllocateUninitializedArray<byte>(slabBytes);
    }

    /// <summary>Takes an array back that nobody refers to any longer.</summary>
    public void Return(byte[] slab)
    {
        ArgumentNullException.ThrowIfNull(slab);
        lock (_lock)
        {
            _free.Push(slab);
        }
    }
}
