using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.S3.Parts;

/// <summary>The same bytes through the store and through the SDK's bare client, taking turns.</summary>
internal static class Comparison
{
    internal static async Task RunAsync(S3Settings settings, TextWriter report)
    {
        var blocks = new Blocks(S3Settings.Seed);
        var (stores, bare) = (new List<Rates>(), new List<Rates>());
        for (var round = 0; round < settings.Rounds; round++)
        {
            await using (var pods = await StorePods.StartAsync(1, inBucket: true))
            {
                var shuffle = await StoreShuffle.MeasureAsync(pods.First, blocks, settings.Mebibytes);
                stores.Add(new Rates(shuffle.Bytes / shuffle.SecondsIn / 1e6, shuffle.Bytes / shuffle.SecondsOut / 1e6));
            }

            bare.Add(await BareAsync(blocks, settings.Mebibytes));
        }

        report.WriteLine(
            $"{settings.Mebibytes} MiB by {AllToAll.Width} tasks to {AllToAll.Width} partitions, {settings.Rounds} rounds, contenders taking turns; median (least .. most)");
        report.WriteLine();
        var table = new MarkdownTable("", "in MB/s", "out MB/s");
        table.Add("the store: sorted by partition, committed, verified", In(stores), Out(stores));
        table.Add("bare AWSSDK.S3: an object a task, nothing sorted or verified", In(bare), Out(bare));
        table.Add(
            "store / bare",
            Spread.Ratio(stores.Select(rates => rates.In), bare.Select(rates => rates.In)).ToString("0.00"),
            Spread.Ratio(stores.Select(rates => rates.Out), bare.Select(rates => rates.Out)).ToString("0.00"));
        table.WriteTo(report);

        static string In(List<Rates> all) => Spread.Of(all.Select(rates => rates.In)).ToString("0");
        static string Out(List<Rates> all) => Spread.Of(all.Select(rates => rates.Out)).ToString("0");
    }

    private static async Task<Rates> BareAsync(Blocks blocks, int mebibytes)
    {
        const string Prefix = "benchmark-bare/";
        using var client = new BareClient(blocks, Prefix);
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
