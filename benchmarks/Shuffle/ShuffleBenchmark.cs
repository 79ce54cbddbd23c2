using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.PyArrow;
using Executor.Benchmarks.Running;

namespace Executor.Benchmarks.Shuffle;

/// <summary>An all-to-all shuffle through the store, beside plain files and beside pyarrow's server in memory.</summary>
internal sealed class ShuffleBenchmark : IBenchmark
{
    private const int Seed = 20261122;

    public string Name => "shuffle";

    public string Summary =>
        "16 producers to 16 partitions through Flight into a directory and back, beside plain files and beside pyarrow's in-memory server";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("mib", "data in MiB, 1024 by default; a quarter of it is shuffled too, to compare the store's memory, and all of it by four times the producers"),
        ("rounds", "how often everything is measured, 5 by default"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var mebibytes = options.Count("mib", 1024);
        var rounds = options.Count("rounds", 5);
        options.RejectOthers();
        var blocks = new Blocks(Seed);
        var measured = new List<Round>();
        for (var round = 0; round < rounds; round++)
        {
            measured.Add(new Round(
                await FilesAsync(blocks, mebibytes),
                await StoreAsync(blocks, mebibytes),
                await StoreAsync(blocks, mebibytes / 4),
                await StoreAsync(blocks, mebibytes, 4 * AllToAll.Width),
                await PyArrowAsync(blocks, mebibytes)));
        }

        Write(report, mebibytes, measured);
    }

    private static void Write(TextWriter report, int mebibytes, List<Round> rounds)
    {
        report.WriteLine($"{mebibytes} MiB of random numbers in blocks of 1 MiB; {rounds.Count} rounds, each contender once a round; median (least .. most)");
        report.WriteLine();
        var table = new MarkdownTable("", "in GB/s", "out GB/s", "peak memory of the server MiB");
        table.Add("store over Flight, in a directory, verified", In(rounds, r => r.Store), Out(rounds, r => r.Store), Memory(rounds, r => r.Store));
        table.Add("the same with a quarter of the data", In(rounds, r => r.Quarter), Out(rounds, r => r.Quarter), Memory(rounds, r => r.Quarter));
        table.Add("all of it by four times the producers", In(rounds, r => r.Crowd), Out(rounds, r => r.Crowd), Memory(rounds, r => r.Crowd));
        table.Add("plain files, flushed, unverified", In(rounds, r => r.Files), Out(rounds, r => r.Files), "-");
        table.Add("store / plain files", Ratio(rounds, r => r.Files.In / r.Store.In), Ratio(rounds, r => r.Files.Out / r.Store.Out), "-");
        if (rounds[0].PyArrow is not null)
        {
            table.Add("pyarrow server and client, in memory", In(rounds, r => r.PyArrow!), Out(rounds, r => r.PyArrow!), Memory(rounds, r => r.PyArrow!));
            table.Add("store / pyarrow in memory", Ratio(rounds, r => r.PyArrow!.In / r.Store.In), Ratio(rounds, r => r.PyArrow!.Out / r.Store.Out), "-");
        }

        table.WriteTo(report);
        var last = rounds[^1].Store;
        report.WriteLine();
        report.WriteLine(
            $"Requests to the object store: {last.Writes} writes, {last.Reads} reads; an object per producer and partition would be "
            + $"{AllToAll.Width * AllToAll.Width} of each. Processor time of the store: {Spread.Of(rounds.Select(r => r.Store.CpuSeconds)).ToString("0.00")} s.");
        if (rounds[0].PyArrow is null)
        {
            report.WriteLine("pyarrow is not installed (scripts/lab install): not compared with.");
        }
    }

    private static string In(List<Round> rounds, Func<Round, Figures> of) => Spread.Of(rounds.Select(round => of(round).Bytes / of(round).In / 1e9)).ToString("0.00");

    private static string Out(List<Round> rounds, Func<Round, Figures> of) => Spread.Of(rounds.Select(round => of(round).Bytes / of(round).Out / 1e9)).ToString("0.00");

    private static string Memory(List<Round> rounds, Func<Round, Figures> of) => Spread.Of(rounds.Select(round => of(round).PeakBytes / 1048576.0)).ToString("0");

    private static string Ratio(List<Round> rounds, Func<Round, double> of) => Spread.Of(rounds.Select(of)).ToString("0.00");

    private static async Task<Figures> StoreAsync(Blocks blocks, int mebibytes, int producers = AllToAll.Width)
    {
        using var scratch = Prepared(mebibytes);
        await using var store = await StoreProcess.StartAsync(scratch.Path);
        var shuffle = await StoreShuffle.MeasureAsync(store, blocks, mebibytes, producers);
        return new Figures(shuffle.Bytes, shuffle.SecondsIn, shuffle.SecondsOut)
        {
            PeakBytes = shuffle.After.PeakBytes,
            CpuSeconds = shuffle.StoreCpuSeconds,
            Writes = shuffle.After.Writes - shuffle.Before.Writes,
            Reads = shuffle.After.Reads - shuffle.Before.Reads,
        };
    }

    private static async Task<Figures> FilesAsync(Blocks blocks, int mebibytes)
    {
        using var scratch = Prepared(mebibytes);
        var files = new PlainFiles(scratch.Path, blocks);
        var bytes = (long)mebibytes * blocks.PayloadBytes;
        return new Figures(bytes, await files.WriteAsync(mebibytes), await files.ReadAsync(bytes));
    }

    private static async Task<Figures?> PyArrowAsync(Blocks blocks, int mebibytes)
    {
        if (Programs.PyArrow() is not { } python)
        {
            return null;
        }

        using var scratch = Prepared(mebibytes);
        await using var server = await PyArrowServer.StartAsync(python);
        await using var client = await PyArrowClient.StartAsync(python);
        var streams = Enumerable.Range(0, AllToAll.Width).Select(stream => $"{stream}").ToList();
        var put = await client.PutAsync(server.Address, null, streams, Blocks.RowsOfMebibyte, mebibytes / AllToAll.Width * (1L << 20));
        var got = await client.GetAsync(server.Address, null, streams);
        return got.Bytes == put.Bytes
            ? new Figures(put.Bytes, put.Seconds, got.Seconds) { PeakBytes = server.PeakBytes }
            : throw new InvalidOperationException($"{got.Bytes} bytes came back, expected {put.Bytes}");
    }

    private static ScratchFolder Prepared(int mebibytes)
    {
        var scratch = new ScratchFolder();
        BackedMemory.Prepare(scratch.Path, (mebibytes + 1024L) << 20);
        return scratch;
    }

    private sealed record Round(Figures Files, Figures Store, Figures Quarter, Figures Crowd, Figures? PyArrow);

    private sealed record Figures(long Bytes, double In, double Out)
    {
        public long PeakBytes { get; init; }

        public double CpuSeconds { get; init; }

        public long Writes { get; init; }

        public long Reads { get; init; }
    }
}
