using System.Globalization;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.S3;

/// <summary>The store on a bucket: beside the SDK's bare client on the same server, and how requests, memory and rates follow from the numbers of tasks and partitions.</summary>
internal sealed class S3Benchmark : IBenchmark
{
    private const int Seed = 20261127;

    // The store's own: a full window is one segment.
    private const int WindowMebibytes = 64;

    // What a task of the small kind writes: 320 rows of 32 bytes.
    private const int SmallRows = 320;
    private const int SmallAtATime = 64;

    public string Name => "s3";

    public string Summary => "a shuffle through the store on a bucket of S3, beside the same bytes through bare AWSSDK.S3 (eval \"$(scripts/s3 env)\" first)";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("mib", "data in MiB, 512 by default"),
        ("rounds", "rounds of the comparison, 3 by default"),
        ("small", "instances that write 10 KB each, 5,000 by default"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var mebibytes = options.Count("mib", 512);
        var rounds = options.Count("rounds", 3);
        var small = options.Count("small", 5000);
        options.RejectOthers();
        var blocks = new Blocks(Seed);
        await CompareAsync(blocks, mebibytes, rounds, report);
        await CountAsync(mebibytes, report);
        await RunSmallAsync(small, report);
        await CloseAsync(report);
    }

    private static async Task CompareAsync(Blocks blocks, int mebibytes, int rounds, TextWriter report)
    {
        var (stores, bare) = (new List<Rates>(), new List<Rates>());
        for (var round = 0; round < rounds; round++)
        {
            await using (var pods = await StorePods.StartAsync(1, inBucket: true))
            {
                var shuffle = await StoreShuffle.MeasureAsync(pods.First, blocks, mebibytes);
                stores.Add(new Rates(shuffle.Bytes / shuffle.SecondsIn / 1e6, shuffle.Bytes / shuffle.SecondsOut / 1e6));
            }

            bare.Add(await BareAsync(blocks, mebibytes));
        }

        report.WriteLine($"{mebibytes} MiB by {AllToAll.Width} tasks to {AllToAll.Width} partitions, {rounds} rounds, contenders taking turns; median (least .. most)");
        report.WriteLine();
        var table = new MarkdownTable("", "in MB/s", "out MB/s");
        table.Add("the store: sorted by partition, committed, verified", In(stores), Out(stores));
        table.Add("bare AWSSDK.S3: an object a task, nothing sorted or verified", In(bare), Out(bare));
        table.Add(
            "store / bare",
            Spread.Ratio(stores.Select(rates => rates.In), bare.Select(rates => rates.In)).ToString("0.00"),
            Spread.Ratio(stores.Select(rates => rates.Out), bare.Select(rates => rates.Out)).ToString("0.00"));
        table.WriteTo(report);
        report.WriteLine();

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

    /// <summary>The same bytes by ever more tasks and partitions.</summary>
    private static async Task CountAsync(int mebibytes, TextWriter report)
    {
        report.WriteLine($"{mebibytes} MiB by M tasks, all at a time, to R partitions; the formula is one segment for each {WindowMebibytes} MiB window, one commit a task, one seal");
        report.WriteLine();
        var table = new MarkdownTable(
            "M", "R", "segments", "by the formula at least", "writes in all", "reads in all", "an object for each M x R", "in MB/s", "out MB/s", "peak memory of the store MiB");
        foreach (var (tasks, partitions) in ((int, int)[])[(16, 16), (64, 64), (256, 256), (16, 4096)])
        {
            // Each task has a block for each partition it comes to: as small as it takes for all of them to make up the data.
            var each = Math.Max(partitions / 16, 16);
            var rows = (int)(((long)mebibytes << 20) / tasks / each / 32);
            var blocks = new Blocks(Seed, Math.Max(1, rows));
            await using var pods = await StorePods.StartAsync(1, inBucket: true);
            var shuffle = new AllToAll(pods.Channel, blocks, "counted", tasks, partitions);
            var bytes = (long)tasks * each * blocks.PayloadBytes;
            var before = await pods.First.MeasureAsync();
            var written = await shuffle.WriteAsync(each);
            var read = await shuffle.ReadAsync(bytes);
            var after = await pods.First.MeasureAsync();
            var statistics = await pods.StatisticsAsync("counted");
            table.Add(
                Text(tasks),
                Text(partitions),
                Text(statistics.Segments),
                Text((bytes + (WindowMebibytes << 20) - 1) / (WindowMebibytes << 20)),
                Text(after.Writes - before.Writes),
                Text(after.Reads - before.Reads),
                Text((long)tasks * partitions),
                Text((long)(bytes / written / 1e6)),
                Text((long)(bytes / read / 1e6)),
                Text(after.PeakBytes >> 20));
        }

        table.WriteTo(report);
        report.WriteLine();
    }

    private static async Task RunSmallAsync(int instances, TextWriter report)
    {
        var blocks = new Blocks(Seed, SmallRows);
        await using var pods = await StorePods.StartAsync(1, inBucket: true);
        var shuffle = new AllToAll(pods.Channel, blocks, "small", instances, AllToAll.Width, SmallAtATime);
        var before = await pods.First.MeasureAsync();
        var written = await shuffle.WriteAsync(1);
        var between = await pods.First.MeasureAsync();
        var read = await shuffle.ReadAsync((long)instances * blocks.PayloadBytes);
        var after = await pods.First.MeasureAsync();
        var statistics = await pods.StatisticsAsync("small");
        var table = new MarkdownTable($"{instances} instances that write 10 KB each, {SmallAtATime} at a time", "");
        table.Add("segments", Text(statistics.Segments));
        table.Add("writes an instance, commits included", ((double)(between.Writes - before.Writes) / instances).ToString("0.00", CultureInfo.InvariantCulture));
        table.Add("instances a second", Text((long)(instances / written)));
        table.Add($"reads of {AllToAll.Width} readers", Text(after.Reads - between.Reads));
        table.Add("seconds to read all", read.ToString("0.0", CultureInfo.InvariantCulture));
        table.WriteTo(report);
    }

    /// <summary>How long a tiny task waits for its commit, alone and beside tasks of the same run that write without end.</summary>
    private static async Task CloseAsync(TextWriter report)
    {
        const int TinyTasks = 300;
        const int LongStreams = 4;
        var (tiny, large) = (new Blocks(Seed, SmallRows), new Blocks(Seed));
        await using var pods = await StorePods.StartAsync(1, inBucket: true);
        var table = new MarkdownTable($"ms from the last block of a task of 10 KB until its commit stands, {TinyTasks} tasks", "p50", "p99");
        await MeasureAsync("warm-up");
        table.Add(["one at a time", .. await MeasureAsync("alone")]);
        using var ended = new CancellationTokenSource();
        var streams = StreamAsync();
        table.Add([$"one at a time, beside {LongStreams} tasks that write 256 MiB each, again and again", .. await MeasureAsync("beside")]);
        await ended.CancelAsync();
        await streams;
        table.WriteTo(report);

        async Task<string[]> MeasureAsync(string task)
        {
            var tasks = new AllToAll(pods.Channel, tiny, "close", TinyTasks, AllToAll.Width, atATime: 1, task);
            await tasks.WriteAsync(1);
            var sorted = tasks.Closings.Order().ToArray();
            return [Text((long)sorted[sorted.Length / 2]), Text((long)sorted[(int)(sorted.Length * 0.99)])];
        }

        async Task StreamAsync()
        {
            for (var round = 0; !ended.IsCancellationRequested; round++)
            {
                await new AllToAll(pods.Channel, large, "close", LongStreams, AllToAll.Width, task: $"long-{round}").WriteAsync(256);
            }
        }
    }

    private static string Text(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private sealed record Rates(double In, double Out);
}
