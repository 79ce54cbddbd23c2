using System.Globalization;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.Pods;

/// <summary>The same shuffle through one store pod, and through several that share its folder or its bucket, by several client processes.</summary>
internal sealed class PodsBenchmark : IBenchmark
{
    /// <summary>What random numbers begin with.</summary>
    internal const int Seed = 20261128;

    private const string Run = "measured";

    public string Name => "pods";

    public string Summary => "an all-to-all shuffle by 4 client processes through 1, 2 and 4 store pods over one folder, or one bucket of S3";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("mib", "data in MiB, 1024 by default"),
        ("rounds", "how often everything is measured, 3 by default"),
        ("pods", "the most pods, 4 by default"),
        ("clients", $"client processes that share the {AllToAll.Width} producers and readers, 4 by default"),
        ("processors", "how many processors' time each pod has, such as 0.2, as by a pod's limit; as many as there are by default; by control groups, as root"),
        ("bucket", "yes for the bucket of the environment (eval \"$(scripts/s3 env)\") in place of a folder"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var mebibytes = options.Count("mib", 1024);
        var rounds = options.Count("rounds", 3);
        var most = options.Count("pods", 4);
        var clients = options.Count("clients", 4);
        var inBucket = options.Text("bucket") == "yes";
        var processors = options.Number("processors");
        options.RejectOthers();
        if (clients > AllToAll.Width)
        {
            throw new OptionException($"--clients: found {clients}, expected 1 to {AllToAll.Width}");
        }

        var measured = new SortedDictionary<int, List<Figures>>();
        for (var round = 0; round < rounds; round++)
        {
            for (var count = 1; count <= most; count *= 2)
            {
                measured.TryAdd(count, []);
                measured[count].Add(await MeasureAsync(mebibytes, count, clients, inBucket, processors));
            }
        }

        report.WriteLine(
            $"{mebibytes} MiB by {AllToAll.Width} producers to {AllToAll.Width} partitions in {clients} client processes, {rounds} rounds; median (least .. most)");
        report.WriteLine();
        var table = new MarkdownTable(
            "store pods", "in GB/s", "out GB/s", "in / one pod's", "out / one pod's", "segments", "processor time of the pods s", "of the clients s", "processors in use, in", "out");
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
                Spread.Of(all.Select(figures => figures.PodSeconds)).ToString("0.0"),
                Spread.Of(all.Select(figures => figures.ClientSeconds)).ToString("0.0"),
                Spread.Of(all.Select(figures => figures.ProcessorsIn)).ToString("0.0"),
                Spread.Of(all.Select(figures => figures.ProcessorsOut)).ToString("0.0"));
        }

        table.WriteTo(report);
        report.WriteLine();
        report.WriteLine(
            $"Processors in use are those of pods and clients together, of {Environment.ProcessorCount}: where they are all in use, this machine is the limit and not the number of pods.");
    }

    private static async Task<Figures> MeasureAsync(int mebibytes, int count, int clients, bool inBucket, double? processors)
    {
        await using var pods = await StorePods.StartAsync(count, inBucket);
        using var shares = processors is { } share ? new ProcessorShares(share) : null;
        foreach (var pod in pods.Ids)
        {
            shares?.Give(pod);
        }

        var each = mebibytes / AllToAll.Width;
        var processes = new List<ClientProcess>();
        try
        {
            for (var number = 0; number < clients; number++)
            {
                processes.Add(await ClientProcess.StartAsync(pods, Run, new Share(number, clients), each));
            }

            var blocks = new Blocks(Seed);
            var before = await pods.MeasureAsync();
            var written = await Task.WhenAll(processes.Select(client => client.ProduceAsync()));
            var between = await pods.MeasureAsync();
            await new AllToAll(pods.Channel, blocks, Run).SealAsync();
            var read = await Task.WhenAll(processes.Select(client => client.ConsumeAsync()));
            var after = await pods.MeasureAsync();

            var bytes = (long)each * AllToAll.Width * blocks.PayloadBytes;
            if (read.Sum(client => client.Bytes) is var came && came != bytes)
            {
                throw new InvalidOperationException($"{came} bytes came back, expected {bytes}");
            }

            var (secondsIn, secondsOut) = (written.Max(client => client.Seconds), read.Max(client => client.Seconds));
            return new Figures(
                bytes / secondsIn / 1e9,
                bytes / secondsOut / 1e9,
                (await pods.StatisticsAsync(Run)).Segments,
                after.CpuSeconds - before.CpuSeconds,
                written.Concat(read).Sum(client => client.CpuSeconds),
                (between.CpuSeconds - before.CpuSeconds + written.Sum(client => client.CpuSeconds)) / secondsIn,
                (after.CpuSeconds - between.CpuSeconds + read.Sum(client => client.CpuSeconds)) / secondsOut);
        }
        finally
        {
            foreach (var process in processes)
            {
                await process.DisposeAsync();
            }
        }
    }

    private sealed record Figures(
        double In, double Out, long Segments, double PodSeconds, double ClientSeconds, double ProcessorsIn, double ProcessorsOut);
}
