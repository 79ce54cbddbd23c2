namespace Executor.Shuffle.Engine.Buffers;

/// <summary>Slabs within a byte budget, for reads. Thread-safe.</summary>
/// <param name="pool">Where slabs come from.</param>
/// <param name="budget">The bytes that may be in use at a time.</param>
internal sealed class SlabBuffers(SlabPool pool, ByteBudget budget)
{
    /// <summary>Slabs that hold so many bytes, as soon as the budget has room for them.</summary>
    internal async ValueTask<byte[][]> RentAsync(int bytes, CancellationToken cancellationToken)
    {
        var slabs = new byte[(bytes + pool.SlabBytes - 1) / pool.SlabBytes][];
        await budget.ReserveAsync((long)slabs.Length * pool.SlabBytes, cancellationToken);
        for (var i = 0; i < slabs.Length; i++)
        {
            slabs[i] = pool.Rent();
        }

        return slabs;
    }

    /// <summary>Takes slabs back that nobody refers to any longer.</summary>
    internal void Return(byte[][] slabs)
    {
        foreach (var slab in slabs)
        {
            pool.Return(slab);
        }

        budget.Release((long)slabs.Length * pool.SlabBytes);
    }
}
