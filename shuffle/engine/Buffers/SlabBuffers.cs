namespace Executor.Shuffle.Engine.Buffers;

/// <summary>Slabs within a byte budget, for reads. Thread-safe.</summary>
/// <param name="pool">Where slabs come from.</param>
/// <param name="budget">The bytes that may be in use at a time.</param>
internal sealed class SlabBuffers(SlabPool pool, ByteBudget budget)
{
    /// <summary>Slabs that hold so many bytes, as soon as the budget has room for them and it is the run's turn.</summary>
    internal async ValueTask<byte[][]> RentAsync(string run, int bytes, CancellationToken cancellationToken)
    {
        var slabs = new byte[(bytes + pool.SlabBytes - 1) / pool.SlabBytes][];
        await budget.ReserveAsync(run, (long)slabs.Length * pool.SlabBytes, cancellationToken);
        for (var i = 0; i < slabs.Length; i++)
        {
            slabs[i] = pool.Rent();
        }

        return slabs;
    }

    /// <summary>Takes slabs back from a run that nobody refers to any longer.</summary>
    internal void Return(string run, byte[][] slabs)
    {
        foreach (var slab in slabs)
        {
            pool.Return(slab);
        }

        budget.Release(run, (long)slabs.Length * pool.SlabBytes);
    }
}
