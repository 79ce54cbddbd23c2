using System.Text.Json;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.PyArrow;
using Executor.Benchmarks.Running;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Benchmarks.Flight;

/// <summary>The same client, pyarrow's, with our store and with pyarrow's own server: one stream in, one stream out.</summary>
internal sealed class FlightBenchmark : IBenchmark
{
    /// <summary>Four columns of 8 bytes: 4 MiB.</summary>
    private const int RowsPerBatch = 128 << 10;

    private static readonly OutputId Output = new("make", "rows");

    public string Name => "flight";

    public string Summary => "pyarrow's client over one stream: DoPut and DoGet with this store and with pyarrow's own server";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("mib", "data in MiB, 1024 by default"),
        ("rounds", "how often everything is measured, 5 by default"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var bytes = (long)options.Count("mib", 1024) << 20;
        var rounds = options.Count("rounds", 5);
        options.RejectOthers();
        var python = Programs.PyArrow() ?? throw new PartMissingException("pyarrow is not installed: scripts/lab install");
        await using var client = await PyArrowClient.StartAsync(python);
        var peer = new List<Rate>();
        var memory = new List<Rate>();
        var directory = new List<Rate>();
        for (var round = 0; round < rounds; round++)
        {
            using var scratch = new ScratchFolder();
            BackedMemory.Prepare(scratch.Path, bytes + (1L << 30));
            peer.Add(await PeerAsync(python, client, bytes));
            BackedMemory.Prepare(scratch.Path, bytes + (1L << 30));
            memory.Add(await StoreAsync(client, null, bytes));
            BackedMemory.Prepare(scratch.Path, bytes + (1L << 30));
            directory.Add(await StoreAsync(client, scratch.Path, bytes));
        }

        report.WriteLine($"{bytes >> 20} MiB in batches of 4 MiB over one stream, {rounds} rounds, each server once a round; median (least .. most)");
        report.WriteLine();
        var table = new MarkdownTable("server", "DoPut GB/s", "DoGet GB/s", "put / pyarrow's", "get / pyarrow's");
        Add(table, "pyarrow, in memory", peer, peer);
        Add(table, "store, in memory", memory, peer);
        Add(table, "store, in a directory", directory, peer);
        table.WriteTo(report);
    }

    private static void Add(MarkdownTable table, string name, List<Rate> rates, List<Rate> peer) => table.Add(
        name,
        Spread.Of(rates.Select(rate => rate.Put)).ToString("0.00"),
        Spread.Of(rates.Select(rate => rate.Get)).ToString("0.00"),
        rates == peer ? "1" : Spread.Ratio(rates.Select(rate => rate.Put), peer.Select(rate => rate.Put)).ToString("0.00"),
        rates == peer ? "1" : Spread.Ratio(rates.Select(rate => rate.Get), peer.Select(rate => rate.Get)).ToString("0.00"));

    private static async Task<Rate> PeerAsync(string python, PyArrowClient client, long bytes)
    {
        await using var server = await PyArrowServer.StartAsync(python);
        await client.PutAsync(server.Address, null, ["warm-up"], RowsPerBatch, 64 << 20);
        var put = await client.PutAsync(server.Address, null, ["measured"], RowsPerBatch, bytes);
        return Rate.Of(put, await client.GetAsync(server.Address, null, ["measured"]));
    }

    private static async Task<Rate> StoreAsync(PyArrowClient client, string? directory, long bytes)
    {
        await using var store = await StoreProcess.StartAsync(directory);
        await ShuffleAsync(store, client, "warm-up", 64 << 20);
        return await ShuffleAsync(store, client, "measured", bytes);
    }

    private static async Task<Rate> ShuffleAsync(StoreProcess store, PyArrowClient client, string run, long bytes)
    {
        var writer = new WriterId(new AttemptId(run, Output.Task, 0, 0, 1), "benchmark");
        var target = JsonSerializer.Serialize(new WriteTarget(writer, "definition", Output.Output, 1), ShuffleJson.Default.WriteTarget);
        var put = await client.PutAsync(store.Address, store.Key, [target], RowsPerBatch, bytes);
        var last = JsonSerializer.Deserialize(put.Results[0].Last!, ShuffleJson.Default.PutAcknowledgement)!;
        var seal = await CommitAsync(store, writer, last);
        var ticket = JsonSerializer.Serialize(new ReadCommand(new ReadSelection(seal, 0)), ShuffleJson.Default.ReadCommand);
        return Rate.Of(put, await client.GetAsync(store.Address, store.Key, [ticket]));
    }

    private static async Task<SealId> CommitAsync(StoreProcess store, WriterId writer, PutAcknowledgement durable)
    {
        await using var channel = new FlightShuffleChannel(store.Channel());
        await using var records = new FlightRunRecords(store.Channel());
        var schema = new Schema(Enumerable.Range(0, 4).Select(column => new Field($"c{column}", Int64Type.Default, true)), null);
        await channel.CommitAsync(
            new CommitRecord
            {
                Writer = writer,
                Definition = "definition",
                TaskDefinition = "task",
                Outputs =
                [
                    new OutputCommit
                    {
                        Name = Output.Output,
                        Schema = MessageEncoder.EncodeSchema(schema).ToArray(),
                        Segments = durable.Segments,
                        Partitions = durable.Partitions!,
                    },
                ],
            },
            CancellationToken.None);
        var seal = new SealId(writer.Attempt.Run, Output, 0);
        await records.SealAsync(new SealRequest(seal, 0, 1, [0]), CancellationToken.None);
        return seal;
    }

    /// <summary>GB/s.</summary>
    private readonly record struct Rate(double Put, double Get)
    {
        internal static Rate Of(FlightAnswer put, FlightAnswer got) => got.Bytes == put.Bytes
            ? new Rate(put.Bytes / put.Seconds / 1e9, got.Bytes / got.Seconds / 1e9)
            : throw new InvalidOperationException($"{got.Bytes} bytes came back, expected {put.Bytes}");
    }
}
