using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.TestKit;

namespace Executor.TaskRunner.Tests.Outputs;

public sealed class PartitionedOutputTests : IAsyncDisposable
{
    private readonly AttemptHarness _harness = new();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    private static RecordBatch Numbers(int from, int count) => new(
        new Schema([new Field("id", Int64Type.Default, false), new Field("text", StringType.Default, true)]),
        [
            new Int64Array.Builder().AppendRange(Enumerable.Range(from, count).Select(i => (long)i)).Build(),
            new StringArray.Builder().AppendRange(Enumerable.Range(from, count).Select(i => i % 3 == 0 ? null : $"text {i}")).Build(),
        ],
        count);

    private static IEnumerable<long> Ids(IEnumerable<(BlockHeader Header, RecordBatch Rows)> blocks) =>
        blocks.SelectMany(block => ((Int64Array)block.Rows.Column("id")).ToList()).Select(id => id!.Value);

    private Task<AttemptResult> PrintAsync(string task, OutputDescriptor output, params RecordBatch[] batches) =>
        _harness.RunAsync(AttemptHarness.Task(task, "cat", _harness.ArrowFile(task, batches)) with { Outputs = [output] });

    [Fact]
    public async Task Hash_partitions_hold_every_row_once_with_all_its_columns()
    {
        var output = AttemptHarness.Output("rows", DataFormat.Arrow, kind: PartitioningKind.Hash, count: 5, columns: ["id"]);
        var result = await PrintAsync("hash", output, [.. Enumerable.Range(0, 200).Select(i => Numbers(i * 500, 500))]);

        Assert.Equal(0, result.ExitCode);
        var blocks = await _harness.BlocksAsync("hash", "rows");
        Assert.Equal(Enumerable.Range(0, 100_000).Select(i => (long)i), Ids(blocks).Order());
        Assert.All(blocks, block => Assert.All(
            Enumerable.Range(0, block.Rows.Length),
            row =>
            {
                var id = ((Int64Array)block.Rows.Column(0)).GetValue(row)!.Value;
                Assert.Equal(id % 3 == 0 ? null : $"text {id}", ((StringArray)block.Rows.Column(1)).GetString(row));
            }));
        Assert.Equal(5, blocks.Select(block => block.Header.Partition).Distinct().Count());
        Assert.True(blocks.Count <= 15, $"{blocks.Count} blocks: rows were not collected into blocks of a good size");
    }

    [Fact]
    public async Task Rows_of_one_partition_keep_their_order()
    {
        var output = AttemptHarness.Output("rows", DataFormat.Arrow, kind: PartitioningKind.Hash, count: 3, columns: ["text"]);
        await PrintAsync("order", output, Numbers(0, 40_000), Numbers(40_000, 40_000));

        for (var partition = 0; partition < 3; partition++)
        {
            var ids = Ids((await _harness.BlocksAsync("order", "rows", partition)).OrderBy(block => block.Header.Sequence)).ToList();
            Assert.Equal(ids.Order(), ids);
        }
    }

    [Fact]
    public async Task Range_partitions_are_ordered_among_each_other()
    {
        var output = AttemptHarness.Output(
            "rows", DataFormat.Arrow, kind: PartitioningKind.Range, count: 3, columns: ["id"], bounds: ["100", "900"]);
        await PrintAsync("range", output, Numbers(0, 1000));

        Assert.Equal(100, (await _harness.BlocksAsync("range", "rows", 0)).Sum(block => block.Header.Rows));
        Assert.Equal(800, (await _harness.BlocksAsync("range", "rows", 1)).Sum(block => block.Header.Rows));
        Assert.Equal(100, (await _harness.BlocksAsync("range", "rows", 2)).Sum(block => block.Header.Rows));
    }

    [Fact]
    public async Task Round_robin_begins_at_the_index_of_the_instance()
    {
        var output = AttemptHarness.Output("text", DataFormat.Lines, kind: PartitioningKind.RoundRobin, count: 3);
        for (var index = 0; index < 2; index++)
        {
            var task = AttemptHarness.Task("robin", "seq", "1", "4") with { Outputs = [output] };
            await _harness.RunAsync(task with { Attempt = task.Attempt with { Index = index } });
        }

        Assert.Equal(["1", "3", "4"], (await _harness.LinesAsync("robin", "text", 0, instances: 2)).Order());
        Assert.Equal(["1", "2", "4"], (await _harness.LinesAsync("robin", "text", 1, instances: 2)).Order());
        Assert.Equal(["2", "3"], (await _harness.LinesAsync("robin", "text", 2, instances: 2)).Order());
    }

    [Fact]
    public async Task Broadcast_rows_are_in_every_partition()
    {
        var result = await PrintAsync(
            "broadcast", AttemptHarness.Output("rows", DataFormat.Arrow, kind: PartitioningKind.Broadcast, count: 3), Numbers(0, 1000));

        Assert.Equal(3000, result.Commit!.Usage!.OutputRows);
        for (var partition = 0; partition < 3; partition++)
        {
            Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), Ids(await _harness.BlocksAsync("broadcast", "rows", partition)));
        }
    }

    [Fact]
    public async Task Small_batches_are_put_together_and_large_ones_split()
    {
        await PrintAsync(
            "small", AttemptHarness.Output("rows", DataFormat.Arrow), [.. Enumerable.Range(0, 300).Select(i => Numbers(i * 10, 10))]);
        Assert.Single(await _harness.BlocksAsync("small", "rows"));

        await PrintAsync("large", AttemptHarness.Output("rows", DataFormat.Arrow), Numbers(0, 400_000));
        var blocks = await _harness.BlocksAsync("large", "rows");
        Assert.Equal(Enumerable.Range(0, 400_000).Select(i => (long)i), Ids(blocks));
        Assert.All(blocks, block => Assert.InRange(block.Header.Length, 512 << 10, 2 << 20));
    }

    [Fact]
    public async Task A_row_larger_than_a_block_is_refused()
    {
        var result = await _harness.RunAsync(AttemptHarness.Shell("huge", "head -c 20000000 /dev/zero | tr '\\0' x") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines)],
        });

        Assert.Equal(RunnerExitCodes.InvalidOutput, result.ExitCode);
        Assert.Contains("line 1 of output text is longer than", result.Report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_line_is_a_block_of_its_own()
    {
        var result = await _harness.RunAsync(AttemptHarness.Shell("long", "echo a; head -c 5000000 /dev/zero | tr '\\0' x; echo; echo b") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines)],
        });

        Assert.Equal(0, result.ExitCode);
        Assert.Equal([1, 5_000_000, 1], (await _harness.LinesAsync("long", "text")).Select(line => line!.Length));
    }

    [Fact]
    public async Task Every_block_brings_its_dictionary_and_equal_keys_meet_whatever_their_encoding()
    {
        var type = new DictionaryType(Int32Type.Default, StringType.Default);
        var schema = new Schema([new Field("key", type, true)]);
        RecordBatch Encoded(string[] dictionary, params int?[] indices)
        {
            var builder = new Int32Array.Builder();
            foreach (var index in indices)
            {
                builder.Append(index);
            }

            return new RecordBatch(
                schema, [new DictionaryArray(type, builder.Build(), new StringArray.Builder().AppendRange(dictionary).Build())], indices.Length);
        }

        var output = AttemptHarness.Output("rows", DataFormat.Arrow, kind: PartitioningKind.Hash, count: 4, columns: ["key"]);
        await PrintAsync("encoded", output, Encoded(["emea", "apac"], 0, 1, null), Encoded(["amer", "emea"], 0, 1, 1));
        var plain = new RecordBatch(
            new Schema([new Field("key", StringType.Default, true)]),
            [new StringArray.Builder().AppendRange((string?[])["emea", "apac", "amer", null]).Build()],
            4);
        await PrintAsync("plain", output, plain);

        for (var partition = 0; partition < 4; partition++)
        {
            var encoded = (await _harness.BlocksAsync("encoded", "rows", partition)).SelectMany(block => Values((DictionaryArray)block.Rows.Column(0)));
            var expected = await _harness.LinesAsync("plain", "rows", partition);
            Assert.Equal(expected.Order(), encoded.Distinct().Order());
        }

        Assert.Equal(6, (await _harness.BlocksAsync("encoded", "rows")).Sum(block => block.Header.Rows));
    }

    [Fact]
    public async Task A_large_dictionary_does_not_travel_with_every_few_rows()
    {
        const int values = 40_000;
        var type = new DictionaryType(Int32Type.Default, StringType.Default);
        var dictionary = new StringArray.Builder()
            .AppendRange(Enumerable.Range(0, values).Select(i => $"{i:D8}{new string('x', 192)}")).Build();
        var rows = new RecordBatch(
            new Schema([new Field("key", type, false)]),
            [new DictionaryArray(type, new Int32Array.Builder().AppendRange(Enumerable.Range(0, 1000).Select(i => i * 40)).Build(), dictionary)],
            1000);
        var result = await PrintAsync(
            "wide", AttemptHarness.Output("rows", DataFormat.Arrow, kind: PartitioningKind.Hash, count: 8, columns: ["key"]), rows);

        Assert.Equal(0, result.ExitCode);
        var blocks = await _harness.BlocksAsync("wide", "rows");
        Assert.Equal(
            Enumerable.Range(0, 1000).Select(i => $"{i * 40:D8}"),
            blocks.SelectMany(block => Values((DictionaryArray)block.Rows.Column(0))).Select(value => value![..8]).Order());
        Assert.True(blocks.Sum(block => block.Header.Length) < 2_000_000, "the unused values travelled along");
    }

    [Fact]
    public async Task What_pyarrow_writes_is_partitioned_and_what_is_passed_on_pyarrow_reads()
    {
        var python = ExternalPart.Locate(ExternalPart.PyArrow);
        var script = Path.Combine(_harness.Folder, "make.py");
        await File.WriteAllTextAsync(
            script,
            """
            import sys, pyarrow as pa
            table = pa.table({
                "id": pa.array(range(50000), pa.int64()),
                "region": pa.array([["emea", "apac", None, "amer"][i % 4] for i in range(50000)]).dictionary_encode(),
                "nested": pa.array([[i, None] if i % 5 else None for i in range(50000)]),
            })
            with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as writer:
                writer.write_table(table, max_chunksize=7000)
            """,
            TestContext.Current.CancellationToken);
        var made = await _harness.RunAsync(AttemptHarness.Task("python", python, script) with
        {
            Outputs = [AttemptHarness.Output("rows", DataFormat.Arrow, kind: PartitioningKind.Hash, count: 3, columns: ["region", "id"])],
        });
        Assert.True(made.ExitCode == 0, made.Log);
        await _harness.SealAsync("python", "rows");

        const string check = """
            import sys, pyarrow as pa
            table = pa.ipc.open_stream(sys.stdin.buffer).read_all()
            table.validate(full=True)
            for row in table.sort_by("id").to_pylist():
                print(row["id"], row["region"], row["nested"])
            """;
        await _harness.RunAsync(AttemptHarness.Task("check", python, "-c", check) with
        {
            Inputs = [AttemptHarness.Input("python.rows", DataFormat.Arrow)],
            Outputs = [AttemptHarness.Output("seen", DataFormat.Lines)],
        });

        string[] regions = ["emea", "apac", "None", "amer"];
        Assert.Equal(
            Enumerable.Range(0, 50000).Select(i => $"{i} {regions[i % 4]} {(i % 5 == 0 ? "None" : $"[{i}, None]")}"),
            await _harness.LinesAsync("check", "seen"));
    }

    [Fact]
    public async Task Waiting_rows_stay_within_their_share_of_the_memory()
    {
        // 32 MiB: a share of 4 MiB, a fraction of a block for each of the 64 partitions.
        var output = AttemptHarness.Output("text", DataFormat.Lines, kind: PartitioningKind.Hash, count: 64, columns: ["line"]);
        var result = await _harness.RunAsync(AttemptHarness.Task("tight", "seq", "-f", "%040.0f", "1", "500000") with
        {
            Resources = new ResourceLimits(1000, 32 << 20),
            Outputs = [output],
        });

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(500_000, result.Commit!.Outputs[0].Partitions.Sum(partition => partition.Rows));
        Assert.True(result.Commit.Outputs[0].Partitions.Sum(partition => partition.Blocks) > 64);
    }

    private static IEnumerable<string?> Values(DictionaryArray array)
    {
        var dictionary = (StringArray)array.Dictionary;
        return Enumerable.Range(0, array.Length).Select(i => array.GetDictionaryIndex(i) is { } index ? dictionary.GetString(index) : null);
    }
}
