using System.Buffers.Binary;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;

namespace Executor.Arrow.Tests.Ipc;

public sealed class MessageReaderTests
{
    private static readonly Schema Schema = new([new Field("number", Int32Type.Default, false)]);

    [Fact]
    public async Task Messages_are_passed_on_as_they_came()
    {
        var bytes = Stream(rows: 1000);
        using var copy = new MemoryStream();
        var reader = new MessageReader(new MemoryStream(bytes));
        var writer = new MessageWriter(copy);
        var kinds = new List<MessageKind>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } message)
        {
            kinds.Add(message.Info.Kind);
            await writer.WriteAsync(message.ToEncodedMessage(), TestContext.Current.CancellationToken);
        }

        await writer.WriteEndOfStreamAsync(TestContext.Current.CancellationToken);
        Assert.Equal(bytes, copy.ToArray());
        Assert.Equal([MessageKind.Schema, MessageKind.RecordBatch], kinds);
        Assert.Equal(bytes.Length, writer.BytesWritten);
    }

    [Fact]
    public void A_message_can_be_peeked_at()
    {
        var message = new MessageEncoder(Schema).EncodeRecordBatch(Batch(1000));
        Assert.Equal(new MessageHeader(MessageKind.RecordBatch, 4032, 1000), MessageHeader.Peek(message.Header.Span));
        Assert.Equal(4032, message.BodyLength);
        Assert.Equal(message.EncapsulatedLength, message.ToArray().Length);
        Assert.Equal(new MessageHeader(MessageKind.Schema, 0, 0), MessageHeader.Peek(MessageEncoder.EncodeSchema(Schema).Header.Span));
    }

    [Fact]
    public void The_end_marker_ends_the_stream_and_what_follows_is_left_alone()
    {
        using var stream = new MemoryStream([.. Stream(rows: 3), 1, 2, 3]);
        var reader = new MessageReader(stream);
        Assert.NotNull(reader.Read());
        Assert.NotNull(reader.Read());
        Assert.Equal(StreamEnd.NotReached, reader.End);
        Assert.Null(reader.Read());
        Assert.Null(reader.Read());
        Assert.Equal(StreamEnd.Marker, reader.End);
        Assert.Equal(stream.Length - 3, stream.Position);
    }

    [Fact]
    public void An_end_between_messages_is_told_apart_from_the_marker_and_can_be_refused()
    {
        var bytes = Stream(rows: 3)[..^8];
        var reader = new MessageReader(new MemoryStream(bytes));
        while (reader.Read() is not null)
        {
        }

        Assert.Equal(StreamEnd.EndOfInput, reader.End);

        var strict = new ArrowStreamReader(new MemoryStream(bytes), options: new() { RequireEndOfStreamMarker = true });
        Assert.NotNull(strict.ReadNextRecordBatch());
        Assert.Throws<InvalidDataException>(() => strict.ReadNextRecordBatch());
    }

    [Fact]
    public async Task An_end_inside_a_message_is_an_error_wherever_it_is()
    {
        var bytes = Stream(rows: 3);
        var ends = 0;
        for (var length = 0; length < bytes.Length - 8; length++)
        {
            var reader = new MessageReader(new MemoryStream(bytes, 0, length));
            try
            {
                while (await reader.ReadAsync(TestContext.Current.CancellationToken) is not null)
                {
                }

                ends++;
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("ends inside a message", e.Message);
            }
        }

        // At the very beginning, and after the schema.
        Assert.Equal(2, ends);
    }

    [Fact]
    public void A_stream_that_hands_out_single_bytes_is_read()
    {
        var reader = new ArrowStreamReader(new TricklingStream(Stream(rows: 100)));
        Assert.Equal(100, reader.ReadNextRecordBatch()!.Length);
        Assert.Null(reader.ReadNextRecordBatch());
    }

    [Fact]
    public void A_body_longer_than_is_believed_at_once_is_read_whole()
    {
        const int Rows = 20_000_000;
        var reader = new ArrowStreamReader(new MemoryStream(Stream(Rows)));
        var numbers = (Int32Array)reader.ReadNextRecordBatch()!.Column(0);
        Assert.Equal(Rows, numbers.Length);
        Assert.Equal(Rows - 1, numbers.GetValue(Rows - 1));
    }

    [Fact]
    public void Limits_are_checked_before_memory_is_taken()
    {
        byte[] hugeHeader = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        var error = Assert.Throws<InvalidDataException>(() => new MessageReader(new MemoryStream(hugeHeader)).Read());
        Assert.Contains("2147483647 bytes was found, expected 1 to 16777216", error.Message);

        var options = new IpcReaderOptions { MaxBodyBytes = 63 };
        var reader = new ArrowStreamReader(new MemoryStream(Stream(rows: 3)), options: options);
        error = Assert.Throws<InvalidDataException>(() => reader.ReadNextRecordBatch());
        Assert.Equal("a message body of 64 bytes was found, the limit is 63", error.Message);
    }

    [Fact]
    public void A_body_length_that_the_stream_does_not_keep_takes_little_memory()
    {
        var message = new MessageEncoder(Schema).EncodeRecordBatch(Batch(3));
        var bytes = message.ToArray();
        var at = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[64, 0, 0, 0, 0, 0, 0, 0]);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), 2_000_000_000);
        Assert.Equal(2_000_000_000, MessageHeader.Peek(bytes.AsSpan(8)).BodyLength);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => new MessageReader(new MemoryStream(bytes)).Read());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000_000);
    }

    [Fact]
    public void A_stream_that_does_not_begin_with_a_schema_is_refused()
    {
        var error = Assert.Throws<InvalidDataException>(() => new ArrowStreamReader(System.IO.Stream.Null).Schema);
        Assert.Equal("the stream is empty, expected a schema", error.Message);
        var batch = new MessageEncoder(Schema).EncodeRecordBatch(Batch(1)).ToArray();
        error = Assert.Throws<InvalidDataException>(() => new ArrowStreamReader(new MemoryStream(batch)).Schema);
        Assert.Equal("the stream begins with a message of kind RecordBatch, expected a schema", error.Message);
    }

    [Fact]
    public void A_second_schema_is_refused()
    {
        var schema = MessageEncoder.EncodeSchema(Schema).ToArray();
        var reader = new ArrowStreamReader(new MemoryStream([.. schema, .. schema]));
        Assert.Throws<InvalidDataException>(() => reader.ReadNextRecordBatch());
    }

    private static RecordBatch Batch(int rows)
    {
        var numbers = new Int32Array.Builder().Reserve(rows);
        for (var i = 0; i < rows; i++)
        {
            numbers.Append(i);
        }

        return new RecordBatch(Schema, [numbers.Build()], rows);
    }

    private static byte[] Stream(int rows)
    {
        using var stream = new MemoryStream();
        using var writer = new ArrowStreamWriter(stream, Schema);
        writer.WriteRecordBatch(Batch(rows));
        writer.WriteEnd();
        return stream.ToArray();
    }

    private sealed class TricklingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);
    }
}
