using System.Text.Json;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Running;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;

namespace Executor.Benchmarks.Processes;

/// <summary>The process that <see cref="StoreProcess"/> starts.</summary>
internal static class StoreRole
{
    internal static async Task RunAsync(Options options)
    {
        var directory = options.Text("directory");
        options.RejectOthers();
        await using var memory = directory is null ? new MemoryObjectStore() : null;
        await using var store = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions { Directory = directory, ObjectStore = memory }, CancellationToken.None);
        Console.WriteLine(JsonSerializer.Serialize(new StoreGreeting(store.Address, store.OperatorKey)));
        while (await Console.In.ReadLineAsync() is not null)
        {
            var counters = store.Counters;
            Console.WriteLine(JsonSerializer.Serialize(new StoreMeasures(
                counters.Puts + counters.Creates, counters.Gets, counters.BytesWritten, ProcessMemory.PeakBytes(), Environment.CpuUsage.TotalTime.TotalSeconds)));
        }
    }
}
