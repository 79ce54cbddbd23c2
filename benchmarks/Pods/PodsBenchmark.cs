using System.Globalization;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.Pods;

/// <summary>The same shuffle through one store pod, and through several that share its folder or its bucket.</summary>
internal sealed class PodsBenchmark : IBenchmark
{
    private const int Seed = 20261128;

    public string Name => "pods";

    public string Summary => "an all-to-all shuffle through 1, 2 and 4 store pods over one folder, or one bucket of S3";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("mib", "data in MiB, 1024 by default"),
        ("rounds", "how often everything is measured, 3 by default"),
        ("pods", "the most pods, 4 by default"),
        ("bucket", "yes for the bucket of the environment (eval \"$(scripts/s3 env)\") in place of a folder"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var mebibytes = options.Count("mib", 1024);
        var rounds = options.Count("rounds", 3);
        var most = options.Count("pods", 4);
        var inBucket = options.Text("bucket") == "yes";
        options.RejectOthers();
        var blocks = new Blocks(Seed);
        var measured = new SortedDictionary<int, List<Figures>>();
        for (var round = 0; round < rounds; round++)
        {
            for (var count = 1; count <= most; count *= 2)
            {
                measured.TryAdd(count, []);
                measured[count].Add(await MeasureAsync(blocks, mebibytes, count, inBucket));
            }
        }

        report.WriteLine($"{mebibytes} MiB by {AllToAll.Width} producers to {AllToAll.Width} partitions, {rounds} rounds; median (least .. most)");
        report.WriteLine();
        var table = new MarkdownTable("store pods", "in GB/s", "out GB/s", "in / one pod's", "out / one pod's", "segments", "processor time of the pods s");
        var single = measured[1];
        foreach (var (count, all) in measured)
        {
            table.Add(
                count.ToString(CultureInfo.InvariantCulture),
                Spread.Of(all.Select(figures => figures.In)).ToString("0.00"),
                Spread.Of(all.Select(figures => figures.Out)).ToString("0.00"),
                Spread.Ratio(all.Select(figures => figures.In), single.Select(figures => figures.In)).ToString("0.00"),
                Spread.Ratio(all.Select(figures => figures.Out), single.Select(figures => figures.Out)).ToString("0.00"),
                Spread.Of(all.Select(figures => (double)figures.Segments)).ToString("0"),
                Spread.Of(all.Select(figures => figures.CpuSeconds)).ToString("0.0"));
        }

        table.WriteTo(report);
    }

    private static async Task<Figures> MeasureAsync(Blocks blocks, int mebibytes, int count, bool inBucket)
    {
        await using var pods = await StorePods.StartAsync(count, inBucket);

        // The first blocks of a process pay for its compilation, which is no part of the rate; every pod gets some.
        var warm = new AllToAll(pods.Channel, blocks, "warm-up", 4 * AllToAll.Width);
        await warm.WriteAsync(1);
        await warm.ReadAsync(4L * AllToAll.Width * blocks.PayloadBytes);

        var before = await pods.MeasureAsync();
        var each = mebibytes / AllToAll.Width;
        var bytes = (long)each * AllToAll.Width * blocks.PayloadBytes;
        var shuffle = new AllToAll(pods.Channel, blocks, "measured");
        var secondsIn = await shuffle.WriteAsync(each);
        var secondsOut = await shuffle.ReadAsync(bytes);
        var after = await pods.MeasureAsync();
        var statistics = await pods.StatisticsAsync("measured");
        return new Figures(bytes / secondsIn / 1e9, bytes / secondsOut / 1e9, statistics.Segments, after.CpuSeconds - before.CpuSeconds);
    }

    private sealed record Figures(double In, double Out, long Segments, double CpuSeconds);
}
