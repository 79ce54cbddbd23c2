using Executor.Arrow.Ipc;
using Executor.Arrow.Tests.Samples;
using Executor.Arrow.Types;

namespace Executor.Arrow.Tests.Ipc;

public sealed class DictionaryTests
{
    private static readonly DictionaryType Type = new(Int8Type.Default, StringType.Default);
    private static readonly Schema Schema = new([new Field("word", Type, nullable: true)]);

    [Fact]
    public void A_dictionary_is_sent_before_the_first_batch_and_again_only_when_its_values_change()
    {
        var encoder = new MessageEncoder(Schema);
        Assert.Equal([MessageKind.DictionaryBatch, MessageKind.RecordBatch], Kinds(encoder.Encode(Batch(["a", "b"], 0, 1))));
        Assert.Equal([MessageKind.RecordBatch], Kinds(encoder.Encode(Batch(["a", "b"], 1, 1))));
        Assert.Equal([MessageKind.DictionaryBatch, MessageKind.RecordBatch], Kinds(encoder.Encode(Batch(["c"], 0))));
        Assert.Equal([MessageKind.RecordBatch], Kinds(encoder.Encode(Batch(["c"]))));
    }

    [Fact]
    public void A_replaced_dictionary_applies_to_the_batches_after_it_and_a_delta_adds_to_it()
    {
        var encoder = new MessageEncoder(Schema);
        var decoder = new MessageDecoder();
        Decode(decoder, encoder.EncodeSchema());
        var first = DecodeAll(decoder, encoder.Encode(Batch(["a", "b"], 1, 0)));
        var second = DecodeAll(decoder, encoder.Encode(Batch(["x", "y"], 1, 0)));
        Decode(decoder, encoder.EncodeDictionaryBatch(0, Words(["z"]), isDelta: true));
        var third = Decode(decoder, encoder.EncodeRecordBatch(Batch(["x", "y", "z"], 2, 0)))!;
        Assert.Equal("""[["b","a"]]""", Canonical.Of(first).ToJsonString());
        Assert.Equal("""[["y","x"]]""", Canonical.Of(second).ToJsonString());
        Assert.Equal("""[["z","x"]]""", Canonical.Of(third).ToJsonString());
    }

    [Fact]
    public void A_batch_whose_dictionary_was_not_sent_is_refused()
    {
        var encoder = new MessageEncoder(Schema);
        var decoder = new MessageDecoder();
        Decode(decoder, encoder.EncodeSchema());
        var error = Assert.Throws<InvalidDataException>(() => Decode(decoder, encoder.EncodeRecordBatch(Batch(["a"], 0))));
        Assert.Equal("column 'word': its dictionary, id 0, has not been sent", error.Message);
    }

    [Fact]
    public void An_index_outside_of_the_dictionary_is_refused_but_not_where_the_value_is_null()
    {
        var encoder = new MessageEncoder(Schema);
        var decoder = new MessageDecoder();
        Decode(decoder, encoder.EncodeSchema());
        Decode(decoder, encoder.EncodeDictionaryBatch(0, Words(["a"])));
        var error = Assert.Throws<InvalidDataException>(() => Decode(decoder, encoder.EncodeRecordBatch(Batch(["a", "b"], 0, 1))));
        Assert.Equal("column 'word': index 1 is outside of its dictionary of 1 values", error.Message);
        Assert.Throws<InvalidDataException>(() => Decode(decoder, encoder.EncodeRecordBatch(Batch(["a", "b"], -1))));

        var indices = new Int8Array(new ArrayData(Int8Type.Default, 2, 1, 0, [new(new byte[] { 0b01 }), new(new byte[] { 0, 99 })]));
        var batch = new RecordBatch(Schema, [new DictionaryArray(Type, indices, Words(["a"]))], 2);
        Assert.Equal("""[["a",null]]""", Canonical.Of(Decode(decoder, encoder.EncodeRecordBatch(batch))!).ToJsonString());
    }

    [Fact]
    public void An_id_that_no_field_has_is_refused()
    {
        var encoder = new MessageEncoder(Schema);
        var decoder = new MessageDecoder();
        Decode(decoder, encoder.EncodeSchema());
        Assert.Throws<InvalidDataException>(() => Decode(decoder, encoder.EncodeDictionaryBatch(1, Words(["a"]))));
    }

    [Fact]
    public void A_dictionary_of_dictionaries_cannot_be_written()
    {
        var schema = new Schema([new Field("odd", new DictionaryType(Int8Type.Default, Type), false)]);
        Assert.Contains("'odd'", Assert.Throws<ArgumentException>(() => new MessageEncoder(schema)).Message);
    }

    private static StringArray Words(IEnumerable<string> words) => new StringArray.Builder().AppendRange(words).Build();

    private static RecordBatch Batch(IEnumerable<string> words, params sbyte[] indices) =>
        new(Schema, [new DictionaryArray(Type, new Int8Array.Builder().Append(indices).Build(), Words(words))], indices.Length);

    private static IEnumerable<MessageKind> Kinds(IEnumerable<EncodedMessage> messages) =>
        messages.Select(message => MessageHeader.Peek(message.Header.Span).Kind);

    private static RecordBatch DecodeAll(MessageDecoder decoder, IEnumerable<EncodedMessage> messages) =>
        messages.Select(message => Decode(decoder, message)).ToList()[^1]!;

    private static RecordBatch? Decode(MessageDecoder decoder, EncodedMessage message)
    {
        var body = new byte[message.BodyLength];
        message.CopyBodyTo(body);
        return decoder.Decode(message.Header, body);
    }
}
