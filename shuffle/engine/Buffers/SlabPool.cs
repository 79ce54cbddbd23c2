using System.Collections.Concurrent;

namespace Executor.Shuffle.Engine.Buffers;

/// <summary>Keeps arrays of one size for reuse, so that a store at work allocates no large objects. Thread-safe.</summary>
/// <param name="slabBytes">The size of each array.</param>
/// <param name="retainedBytes">The most bytes kept while unused; more are left to the garbage collector.</param>
public sealed class SlabPool(int slabBytes, long retainedBytes)
{
    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly long _retainedSlabs = retainedBytes / slabBytes;

    /// <summary>The size of each array.</summary>
    public int SlabBytes => slabBytes;

    /// <summary>An array of undefined content.</summary>
    public byte[] Rent() => _free.TryTake(out var slab) ? slab : GC.AllocateUninitializedArray<byte>(slabBytes);

    /// <summary>Takes an array back that nobody refers to any longer.</summary>
    public void Return(byte[] slab)
    {
        ArgumentNullException.ThrowIfNull(slab);
        if (_free.Count < _retainedSlabs)
        {
            _free.Add(slab);
        }
    }
}
