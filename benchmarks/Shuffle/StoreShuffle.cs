using Executor.Benchmarks.Processes;

namespace Executor.Benchmarks.Shuffle;

/// <summary>What an all-to-all shuffle through a store took, and what the store did for it.</summary>
/// <param name="Bytes">What was shuffled.</param>
/// <param name="SecondsIn">Until the last commit stood.</param>
/// <param name="SecondsOut">Until the last reader had verified what it got.</param>
/// <param name="Before">The store's measures before it.</param>
/// <param name="After">The store's measures after it.</param>
internal sealed record StoreShuffle(long Bytes, double SecondsIn, double SecondsOut, StoreMeasures Before, StoreMeasures After)
{
    /// <summary>The processor time that the store took for it.</summary>
    internal double StoreCpuSeconds => After.CpuSeconds - Before.CpuSeconds;

    /// <summary>Shuffles through a store that has done nothing yet.</summary>
    internal static async Task<StoreShuffle> MeasureAsync(StoreProcess store, Blocks blocks, int mebibytes, int producers = AllToAll.Width)
    {
        // The first blocks of a process pay for its compilation, which is no part of the rate.
        var warm = new AllToAll(store.Channel, blocks, "warm-up");
        await warm.WriteAsync(4);
        await warm.ReadAsync(4L * AllToAll.Width * blocks.PayloadBytes);

        return await MeasureAsync(store, blocks, mebibytes, "measured", producers);
    }

    /// <summary>Shuffles through a store that has been at work before.</summary>
    internal static async Task<StoreShuffle> MeasureAsync(StoreProcess store, Blocks blocks, int mebibytes, string run, int producers = AllToAll.Width)
    {
        var before = await store.MeasureAsync();
        var perProducer = Math.Max(1, mebibytes / producers);
        var bytes = (long)perProducer * producers * blocks.PayloadBytes;
        var shuffle = new AllToAll(store.Channel, blocks, run, producers);
        var secondsIn = await shuffle.WriteAsync(perProducer);
        var secondsOut = await shuffle.ReadAsync(bytes);
        return new StoreShuffle(bytes, secondsIn, secondsOut, before, await store.MeasureAsync());
    }
}
