using System.Globalization;
using System.Text.Json;
using Executor.Benchmarks.Running;
using Executor.Benchmarks.Shuffle;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Benchmarks.Pods;

/// <summary>The process that <see cref="ClientProcess"/> starts.</summary>
internal static class ClientRole
{
    /// <summary>The line that has it write.</summary>
    internal const string Produce = "produce";

    /// <summary>The line that has it read.</summary>
    internal const string Consume = "consume";

    internal static async Task RunAsync(Options options)
    {
        var endpoints = Required(options, "stores").Split(',').Select(address => new Uri(address)).ToArray();
        var key = Required(options, "key");
        var run = Required(options, "run");
        var share = new Share(int.Parse(Required(options, "number"), CultureInfo.InvariantCulture), options.Count("of", 1));
        var blocksPerProducer = options.Count("blocks", 1);
        options.RejectOthers();
        var blocks = new Blocks(PodsBenchmark.Seed);

        // The first blocks of a process pay for its compilation, and those of a store for the store's; every pod gets some.
        var warm = new AllToAll(Channel, blocks, $"{run}-warm-up-{share.Number}", 4 * AllToAll.Width);
        await warm.WriteAsync(1);
        await warm.ReadAsync(4L * AllToAll.Width * blocks.PayloadBytes);

        var shuffle = new AllToAll(Channel, blocks, run, share: share);
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var before = Environment.CpuUsage.TotalTime;
            var (seconds, bytes) = line == Produce ? (await shuffle.ProduceAsync(blocksPerProducer), 0L) : await shuffle.ConsumeAsync();
            Console.WriteLine(JsonSerializer.Serialize(new ClientMeasures(seconds, bytes, (Environment.CpuUsage.TotalTime - before).TotalSeconds)));
        }

        FlightChannelOptions Channel() => new() { Endpoints = endpoints, Key = key };
    }

    private static string Required(Options options, string name) => options.Text(name) ?? throw new OptionException($"--{name} is missing");
}
