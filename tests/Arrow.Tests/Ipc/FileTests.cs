using System.Buffers.Binary;
using System.IO.Compression;
using Executor.Arrow.Ipc;
using Executor.Arrow.Tests.Samples;
using Executor.Arrow.Types;

namespace Executor.Arrow.Tests.Ipc;

public sealed class FileTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Random_batches_are_read_in_any_order()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            output.WriteLine($"seed {seed}");
            var random = new RandomArrays(seed);
            var schema = random.NextSchema();
            var whole = random.NextBatch(schema, 40);
            RecordBatch[] batches = [whole, whole.Slice(0, 0), whole.Slice(7, 20)];
            using var reader = new ArrowFileReader(new MemoryStream(await WriteAsync(schema, batches)));
            Assert.True(schema.EqualsIgnoringMetadata(reader.Schema));
            Assert.Equal(schema.Metadata, reader.Schema.Metadata);
            Assert.Equal(3, reader.RecordBatchCount);
            foreach (var i in new[] { 2, 0, 1, 2 })
            {
                Canonical.AssertEqual(Canonical.Of(batches[i]), Canonical.Of(reader.ReadRecordBatch(i)));
                Canonical.AssertEqual(
                    Canonical.Of(batches[i]), Canonical.Of(await reader.ReadRecordBatchAsync(i, TestContext.Current.CancellationToken)));
            }

            Assert.Equal(40, reader.ReadNextRecordBatch()!.Length);
            Assert.Equal(0, reader.ReadNextRecordBatch()!.Length);
            Assert.Equal(20, reader.ReadNextRecordBatch()!.Length);
            Assert.Null(reader.ReadNextRecordBatch());
            Assert.Throws<ArgumentOutOfRangeException>(() => reader.ReadRecordBatch(3));
        }
    }

    [Fact]
    public async Task Writing_with_and_without_blocking_gives_the_same_bytes()
    {
        var random = new RandomArrays(3);
        var schema = random.NextSchema();
        var batch = random.NextBatch(schema, 10);
        using var stream = new MemoryStream();
        using (var writer = new ArrowFileWriter(stream, schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
            Assert.Throws<InvalidOperationException>(() => writer.WriteRecordBatch(batch));
        }

        Assert.Equal(await WriteAsync(schema, [batch, batch]), stream.ToArray());
    }

    [Fact]
    public async Task The_messages_of_a_file_are_a_stream()
    {
        var random = new RandomArrays(4);
        var schema = random.NextSchema();
        var batch = random.NextBatch(schema, 10);
        var file = await WriteAsync(schema, [batch]);
        using var reader = new ArrowStreamReader(new MemoryStream(file[8..]));
        Canonical.AssertEqual(Canonical.Of(batch), Canonical.Of(reader.ReadNextRecordBatch()!));
        Assert.Null(reader.ReadNextRecordBatch());
        Assert.Equal(StreamEnd.Marker, reader.End);
    }

    [Fact]
    public void A_dictionary_that_changes_is_refused_by_name()
    {
        var type = new DictionaryType(Int32Type.Default, StringType.Default);
        var schema = new Schema([new Field("word", type, true)]);
        using var writer = new ArrowFileWriter(new MemoryStream(), schema);
        writer.WriteRecordBatch(Batch("a"));
        var error = Assert.Throws<InvalidOperationException>(() => writer.WriteRecordBatch(Batch("b")));
        Assert.StartsWith("column 'word'", error.Message);

        RecordBatch Batch(string word) => new(
            schema,
            [new DictionaryArray(type, new Int32Array.Builder().Append(0).Build(), new StringArray.Builder().Append(word).Build())],
            1);
    }

    [Fact]
    public async Task A_file_that_was_given_up_or_cut_off_is_refused()
    {
        var schema = new Schema([new Field("a", Int32Type.Default, false)]);
        using var stream = new MemoryStream();
        using (var writer = new ArrowFileWriter(stream, schema, leaveOpen: true))
        {
            writer.WriteStart();
        }

        Assert.Contains("ARROW1", Assert.Throws<InvalidDataException>(() => new ArrowFileReader(stream)).Message);
        var whole = await WriteAsync(schema, []);
        Assert.Contains("ARROW1", Assert.Throws<InvalidDataException>(() => new ArrowFileReader(new MemoryStream(whole[..^1]))).Message);
        Assert.Throws<InvalidDataException>(() => new ArrowFileReader(new MemoryStream(whole[..10])));
    }

    [Fact]
    public async Task A_footer_that_lists_one_message_over_and_over_is_refused()
    {
        var schema = new Schema([new Field("a", Int32Type.Default, false)]);
        var batch = new RecordBatch(schema, [new Int32Array.Builder().Append(1).Build()], 1);
        var file = await WriteAsync(schema, [batch, batch]);

        // The blocks are 24 bytes each; the first one's body length is made as long as the space up to the footer.
        var footerLength = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(file.Length - 10));
        using (var reader = new ArrowFileReader(new MemoryStream(file)))
        {
            Assert.Equal(2, reader.RecordBatchCount);
        }

        var footer = file.AsSpan(file.Length - 10 - footerLength, footerLength);
        var body = footer.IndexOf((ReadOnlySpan<byte>)[64, 0, 0, 0, 0, 0, 0, 0]);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(footer[(body - 16)..]);
        var metadata = BinaryPrimitives.ReadInt32LittleEndian(footer[(body - 8)..]);
        BinaryPrimitives.WriteInt64LittleEndian(footer[body..], file.Length - 10 - footerLength - offset - metadata);
        Assert.Contains("overlap", Assert.Throws<InvalidDataException>(() => new ArrowFileReader(new MemoryStream(file))).Message);
    }

    [Fact]
    public void A_stream_that_cannot_seek_is_refused()
    {
        using var pipe = new GZipStream(Stream.Null, CompressionMode.Decompress);
        Assert.Throws<ArgumentException>(() => new ArrowFileReader(pipe));
    }

    private static async Task<byte[]> WriteAsync(Schema schema, IEnumerable<RecordBatch> batches)
    {
        using var stream = new MemoryStream();
        await using var writer = new ArrowFileWriter(stream, schema);
        foreach (var batch in batches)
        {
            await writer.WriteRecordBatchAsync(batch, TestContext.Current.CancellationToken);
        }

        await writer.WriteEndAsync(TestContext.Current.CancellationToken);
        return stream.ToArray();
    }
}
