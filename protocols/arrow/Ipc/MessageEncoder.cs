using Executor.Arrow.Ipc.FlatBuffers;
using Executor.Arrow.Types;

namespace Executor.Arrow.Ipc;

/// <summary>
/// Makes the messages of one stream of record batches: metadata version V5, bodies uncompressed, buffers padded to 64 bytes. Remembers
/// which dictionaries were sent. Not safe for use by several threads.
/// </summary>
public sealed class MessageEncoder
{
    private readonly FlatBufferBuilder _builder = new();
    private readonly RecordBatchEncoder _batchEncoder = new();
    private readonly FieldLayout[] _layouts;
    private readonly Dictionary<long, ArrayData> _sent = [];
    private readonly bool _replaceDictionaries;

    /// <summary>An encoder of batches of this schema.</summary>
    /// <exception cref="ArgumentException">The schema has a dictionary of dictionaries, which the format cannot express.</exception>
    public MessageEncoder(Schema schema)
        : this(schema, replaceDictionaries: true)
    {
    }

    /// <summary>An encoder that refuses a dictionary whose values are not those sent first if it may not replace them.</summary>
    internal MessageEncoder(Schema schema, bool replaceDictionaries)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Schema = schema;
        _replaceDictionaries = replaceDictionaries;
        _layouts = FieldLayout.Of(schema);
    }

    /// <summary>The schema of the stream.</summary>
    public Schema Schema { get; }

    internal FieldLayout[] Layouts => _layouts;

    /// <summary>The schema message, which has no body.</summary>
    public static EncodedMessage EncodeSchema(Schema schema) => new MessageEncoder(schema).EncodeSchema();

    /// <summary>The schema message, which begins the stream.</summary>
    public EncodedMessage EncodeSchema()
    {
        var schema = SchemaEncoder.Write(_builder, Schema, _layouts);
        return new EncodedMessage(FinishMessage(MessageKind.Schema, schema, 0), [], 0);
    }

    /// <summary>
    /// The messages of a batch in the order in which they have to be sent: the dictionaries that the receiver does not have yet
    /// (new ones, and those whose values are not those sent last), then the rows.
    /// </summary>
    /// <exception cref="ArgumentException">The batch's fields are not those of the stream's schema.</exception>
    public IReadOnlyList<EncodedMessage> Encode(RecordBatch batch)
    {
        var dictionaries = EncodeDictionaries(batch);
        return dictionaries.Count == 0 ? [EncodeRecordBatch(batch)] : [.. dictionaries, EncodeRecordBatch(batch)];
    }

    /// <summary>The dictionaries of a batch that the receiver does not have yet, inner ones first.</summary>
    /// <exception cref="ArgumentException">The batch's fields are not those of the stream's schema.</exception>
    public IReadOnlyList<EncodedMessage> EncodeDictionaries(RecordBatch batch)
    {
        CheckSchema(batch);
        var messages = new List<EncodedMessage>();
        for (var i = 0; i < _layouts.Length; i++)
        {
            AddDictionaries(_layouts[i], batch.Columns[i], messages);
        }

        return messages;
    }

    /// <summary>The rows alone; the dictionaries have to be sent before.</summary>
    /// <exception cref="ArgumentException">The batch's fields are not those of the stream's schema.</exception>
    public EncodedMessage EncodeRecordBatch(RecordBatch batch)
    {
        CheckSchema(batch);
        _batchEncoder.Clear();
        foreach (var column in batch.Columns)
        {
            _batchEncoder.AddArray(column);
        }

        var table = _batchEncoder.WriteTable(_builder, batch.Length);
        return Finish(MessageKind.RecordBatch, table);
    }

    /// <summary>
    /// A dictionary's values, in place of those sent before under that id, or with <paramref name="isDelta"/> after them.
    /// <see cref="EncodeDictionaries"/> does not know of it.
    /// </summary>
    /// <param name="id">The dictionary's id: fields count from 0 in the order of the schema, a field before its children.</param>
    /// <param name="values">The values.</param>
    /// <param name="isDelta">Whether the values are to be appended.</param>
    public EncodedMessage EncodeDictionaryBatch(long id, IArrowArray values, bool isDelta = false)
    {
        ArgumentNullException.ThrowIfNull(values);
        return EncodeDictionary(id, values.Data, isDelta);
    }

    private EncodedMessage EncodeDictionary(long id, ArrayData values, bool isDelta)
    {
        _batchEncoder.Clear();
        _batchEncoder.AddArray(values);
        var data = _batchEncoder.WriteTable(_builder, values.Length);
        _builder.StartTable(MetadataFormat.DictionaryBatch.SlotCount);
        _builder.AddInt64(MetadataFormat.DictionaryBatch.Id, id);
        _builder.AddOffset(MetadataFormat.DictionaryBatch.Data, data);
        _builder.AddBool(MetadataFormat.DictionaryBatch.IsDelta, isDelta);
        return Finish(MessageKind.DictionaryBatch, _builder.EndTable());
    }

    private void AddDictionaries(FieldLayout layout, ArrayData data, List<EncodedMessage> messages)
    {
        for (var i = 0; i < layout.Children.Length; i++)
        {
            AddDictionaries(layout.Children[i], data.Children[i], messages);
        }

        if (layout.DictionaryId is not { } id)
        {
            return;
        }

        var values = data.Dictionary!;
        AddDictionaries(layout.Values!, values, messages);
        if (_sent.TryGetValue(id, out var sent))
        {
            if (ArrayDataEquality.SameValues(sent, values))
            {
                return;
            }

            if (!_replaceDictionaries)
            {
                throw new InvalidOperationException(
                    $"column '{layout.Path}': its dictionary has changed, and a file holds one set of values for each dictionary");
            }
        }

        _sent[id] = values;
        messages.Add(EncodeDictionary(id, values, isDelta: false));
    }

    private EncodedMessage Finish(MessageKind kind, int content)
    {
        var bodyLength = _batchEncoder.BodyLength;
        return new EncodedMessage(FinishMessage(kind, content, bodyLength), _batchEncoder.TakeBody(), bodyLength);
    }

    private byte[] FinishMessage(MessageKind kind, int content, long bodyLength)
    {
        _builder.StartTable(MetadataFormat.Message.SlotCount);
        _builder.AddInt64(MetadataFormat.Message.BodyLength, bodyLength);
        _builder.AddOffset(MetadataFormat.Message.Header, content);
        _builder.AddInt16(MetadataFormat.Message.Version, MetadataFormat.VersionV5);
        _builder.AddByte(MetadataFormat.Message.HeaderType, (byte)kind);
        return _builder.Finish(_builder.EndTable());
    }

    private void CheckSchema(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!Schema.EqualsIgnoringMetadata(batch.Schema))
        {
            throw new ArgumentException($"the batch's fields are {batch.Schema}, the stream's schema says {Schema}", nameof(batch));
        }
    }
}
