using System.Diagnostics.CodeAnalysis;

namespace Executor.Shuffle.Engine.Buffers;

/// <summary>
/// Slabs within a byte budget, for reads. Each read is charged for what it will take on its way out as well, so that the budget bounds the buffers of all
/// responses together, however many readers there are. Thread-safe.
/// </summary>
/// <param name="pool">Where slabs come from.</param>
/// <param name="budget">The bytes that may be in use at a time.</param>
/// <param name="responseBytes">What a read takes beside its slabs while it is sent.</param>
internal sealed class SlabBuffers(SlabPool pool, ByteBudget budget, int responseBytes = 0)
{
    /// <summary>Slabs that hold so many bytes, as soon as the budget has room for them and it is the run's turn.</summary>
    internal async ValueTask<byte[][]> RentAsync(string run, int bytes, CancellationToken cancellationToken)
    {
        var count = CountFor(bytes);
        await budget.ReserveAsync(run, BytesOf(count), cancellationToken);
        return Take(count);
    }

    /// <summary>Slabs that hold so many bytes, if <see cref="ByteBudget.TryReserveSpare"/> has them to spare.</summary>
    internal bool TryRentSpare(string run, int bytes, [NotNullWhen(true)] out byte[][]? slabs)
    {
        var count = CountFor(bytes);
        slabs = budget.TryReserveSpare(run, BytesOf(count)) ? Take(count) : null;
        return slabs is not null;
    }

    /// <summary>Takes slabs back from a run that nobody refers to any longer.</summary>
    internal void Return(string run, byte[][] slabs)
    {
        foreach (var slab in slabs)
        {
            pool.Return(slab);
        }

        budget.Release(run, BytesOf(slabs.Length));
    }

    private long BytesOf(int count) => ((long)count * pool.SlabBytes) + responseBytes;

    private int CountFor(int bytes) => (bytes + pool.SlabBytes - 1) / pool.SlabBytes;

    private byte[][] Take(int count)
    {
        var slabs = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            slabs[i] = pool.Rent();
        }

        return slabs;
    }
}
