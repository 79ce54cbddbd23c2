using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.S3.Parts;

/// <summary>
/// The same bytes through the store, through the SDK's bare client, and through that client with a relay before the server, taking turns. The first turns
/// are not measured: they pay for compilation, which a store that has been up for a while, and is precompiled in its image, does not.
/// </summary>
internal static class Comparison
{
    internal static async Task RunAsync(S3Settings settings, TextWriter report)
    {
        var blocks = new Blocks(S3Settings.Seed);
        var (stores, bare, relayed) = (new List<Rates>(), new List<Rates>(), new List<Rates>());
        await using var relay = await RelayProcess.StartAsync(BenchmarkBucket.Endpoint);
        await using var pods = await StorePods.StartAsync(1, inBucket: true);
        for (var round = 0; round <= settings.Rounds; round++)
        {
            var shuffle = await StoreShuffle.MeasureAsync(pods.First, blocks, settings.Mebibytes, $"round-{round}");
            var direct = await BareAsync(blocks, settings.Mebibytes, BenchmarkBucket.Endpoint);
            var through = await BareAsync(blocks, settings.Mebibytes, relay.Address);
            if (round > 0)
            {
                stores.Add(new Rates(shuffle.Bytes / shuffle.SecondsIn / 1e6, shuffle.Bytes / shuffle.SecondsOut / 1e6));
                bare.Add(direct);
                relayed.Add(through);
            }
        }

        report.WriteLine(
            $"{settings.Mebibytes} MiB by {AllToAll.Width} tasks to {AllToAll.Width} partitions, {settings.Rounds} rounds, contenders taking turns; median (least .. most)");
        report.WriteLine();
        var table = new MarkdownTable("", "in MB/s", "out MB/s");
        table.Add("the store: sorted by partition, committed, verified", In(stores), Out(stores));
        table.Add("bare AWSSDK.S3: an object a task, nothing sorted or verified", In(bare), Out(bare));
        table.Add("the same by a relay that copies bytes", In(relayed), Out(relayed));
        AddRatio("store / bare", stores, bare);
        AddRatio("relay / bare", relayed, bare);
        AddRatio("store / relay", stores, relayed);
        table.WriteTo(report);

        void AddRatio(string name, List<Rates> one, List<Rates> other) => table.Add(
            name,
            Spread.Ratio(one.Select(rates => rates.In), other.Select(rates => rates.In)).ToString("0.00"),
            Spread.Ratio(one.Select(rates => rates.Out), other.Select(rates => rates.Out)).ToString("0.00"));

        static string In(List<Rates> all) => Spread.Of(all.Select(rates => rates.In)).ToString("0");
        static string Out(List<Rates> all) => Spread.Of(all.Select(rates => rates.Out)).ToString("0");
    }

    private static async Task<Rates> BareAsync(Blocks blocks, int mebibytes, Uri endpoint)
    {
        const string Prefix = "benchmark-bare/";
        using var client = new BareClient(blocks, Prefix, endpoint);
        await client.WriteAsync(AllToAll.Width, 4);
        var each = mebibytes / AllToAll.Width;
        var bytes = (long)each * AllToAll.Width * blocks.PayloadBytes;
        var written = await client.WriteAsync(AllToAll.Width, each);
        var read = await client.ReadAsync(AllToAll.Width, bytes);
        await BenchmarkBucket.ClearAsync(Prefix);
        return new Rates(bytes / written / 1e6, bytes / read / 1e6);
    }

    private sealed record Rates(double In, double Out);
}
