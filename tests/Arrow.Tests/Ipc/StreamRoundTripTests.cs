using Executor.Arrow.Ipc;
using Executor.Arrow.Tests.Samples;
using Executor.Arrow.Types;

namespace Executor.Arrow.Tests.Ipc;

public sealed class StreamRoundTripTests(ITestOutputHelper output)
{
    public static TheoryData<string> AllTypes => [.. Types.Keys];

    private static Dictionary<string, IArrowType> Types { get; } =
        RandomArrays.EveryFlatType(1)
            .Concat(RandomArrays.EveryNestedType())
            .DistinctBy(type => type.ToString())
            .ToDictionary(type => type.ToString()!);

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Every_type_comes_back_whole_sliced_and_empty(string type)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new RandomArrays(seed);
            var schema = new Schema([new Field("column", Types[type], nullable: true, [new("key", "value")])], [new("origin", type)]);
            var batch = random.NextBatch(schema, 37);
            RecordBatch[] batches = [batch, batch.Slice(3, 21), batch.Slice(37, 0), batch.Slice(8, 8), batch.Slice(36, 1)];
            var read = RoundTrip(schema, batches, out var found);
            Assert.Equal(schema.ToString(), found.ToString());
            Assert.Equal(schema.Metadata, found.Metadata);
            Assert.Equal(schema.FieldsList[0].Metadata, found.FieldsList[0].Metadata);
            Canonical.AssertEqual(Canonical.Of(batches), Canonical.Of(read));
        }
    }

    [Fact]
    public void Random_schemas_and_batches_come_back()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            output.WriteLine($"seed {seed}");
            var random = new RandomArrays(seed);
            var schema = random.NextSchema();
            RecordBatch[] batches = [.. Enumerable.Range(0, 3).Select(i => random.NextBatch(schema, i * 11))];
            var read = RoundTrip(schema, batches, out var found);
            Assert.True(schema.EqualsIgnoringMetadata(found), $"{schema}\n{found}");
            Canonical.AssertEqual(Canonical.Of(batches), Canonical.Of(read));
        }
    }

    [Fact]
    public async Task Reading_and_writing_without_blocking_gives_the_same_bytes_and_batches()
    {
        var random = new RandomArrays(5);
        var schema = random.NextSchema();
        var batch = random.NextBatch(schema, 100);
        using var blocking = new MemoryStream();
        using (var writer = new ArrowStreamWriter(blocking, schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
            Assert.Equal(blocking.Length, writer.BytesWritten);
        }

        using var stream = new MemoryStream();
        await using (var writer = new ArrowStreamWriter(stream, schema, leaveOpen: true))
        {
            await writer.WriteRecordBatchAsync(batch, TestContext.Current.CancellationToken);
            await writer.WriteEndAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(blocking.ToArray(), stream.ToArray());
        stream.Position = 0;
        using var reader = new ArrowStreamReader(stream);
        var read = new List<RecordBatch>();
        await foreach (var next in reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            read.Add(next);
        }

        Canonical.AssertEqual(Canonical.Of([batch]), Canonical.Of(read));
        Assert.Equal(StreamEnd.Marker, reader.End);
    }

    [Fact]
    public void A_stream_without_batches_has_a_schema()
    {
        var schema = new Schema([new Field("a", Int32Type.Default, false)]);
        Assert.Empty(RoundTrip(schema, [], out var found));
        Assert.Equal("{a: int32 not null}", found.ToString());
    }

    [Fact]
    public void Rows_without_columns_are_counted()
    {
        var schema = new Schema([]);
        Assert.Equal(7, Assert.Single(RoundTrip(schema, [new RecordBatch(schema, [], 7)], out _)).Length);
    }

    [Fact]
    public void A_slice_writes_only_its_rows()
    {
        var schema = new Schema([new Field("text", StringType.Default, false), new Field("number", Int64Type.Default, false)]);
        var texts = new StringArray.Builder().AppendRange(Enumerable.Repeat("0123456789", 100_000)).Build();
        var numbers = new Int64Array.Builder().AppendRange(Enumerable.Range(0, 100_000).Select(i => (long)i)).Build();
        var batch = new RecordBatch(schema, [texts, numbers], 100_000);
        var encoded = new MessageEncoder(schema).EncodeRecordBatch(batch.Slice(50_001, 10));
        Assert.Equal(64 + 128 + 128, encoded.BodyLength);
    }

    [Fact]
    public void A_batch_of_other_fields_is_refused_with_both_schemas_shown()
    {
        var schema = new Schema([new Field("a", Int32Type.Default, false)]);
        var other = new Schema([new Field("b", Int32Type.Default, false)]);
        using var writer = new ArrowStreamWriter(new MemoryStream(), schema);
        var error = Assert.Throws<ArgumentException>(
            () => writer.WriteRecordBatch(new RecordBatch(other, [new Int32Array.Builder().Append(1).Build()], 1)));
        Assert.Contains("{b: int32 not null}", error.Message);
        Assert.Contains("{a: int32 not null}", error.Message);
    }

    [Fact]
    public void Nothing_can_be_written_after_the_end()
    {
        using var writer = new ArrowStreamWriter(new MemoryStream(), new Schema([]));
        writer.WriteEnd();
        Assert.Throws<InvalidOperationException>(() => writer.WriteRecordBatch(new RecordBatch(writer.Schema, [], 1)));
    }

    private static List<RecordBatch> RoundTrip(Schema schema, IEnumerable<RecordBatch> batches, out Schema found)
    {
        using var stream = new MemoryStream();
        using var writer = new ArrowStreamWriter(stream, schema, leaveOpen: true);
        foreach (var batch in batches)
        {
            writer.WriteRecordBatch(batch);
        }

        writer.WriteEnd();
        stream.Position = 0;
        using var reader = new ArrowStreamReader(stream);
        found = reader.Schema;
        var read = new List<RecordBatch>();
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            read.Add(batch);
        }

        return read;
    }
}
