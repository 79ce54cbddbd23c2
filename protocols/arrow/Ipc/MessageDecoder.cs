using Executor.Arrow.Ipc.FlatBuffers;
using Executor.Arrow.Types;

namespace Executor.Arrow.Ipc;

/// <summary>
/// Decodes the messages of one stream in the order in which they were sent, keeping schema and dictionaries. Arrays share the memory
/// of the bodies they came in. Not safe for use by several threads.
/// </summary>
/// <remarks>
/// Nothing of the input is trusted: whatever is malformed, exceeds a limit or is not supported (unions, views, run-end encoding,
/// big-endian data) is reported as <see cref="InvalidDataException"/>, and batches that were decoded can be read without further checks.
/// After an error the decoder is as it was before the message.
/// </remarks>
/// <param name="options">Limits; <see cref="IpcReaderOptions.Default"/> if null.</param>
public sealed class MessageDecoder(IpcReaderOptions? options = null)
{
    private readonly IpcReaderOptions _options = options ?? IpcReaderOptions.Default;
    private FieldLayout[] _layouts = [];
    private DictionaryRegistry? _dictionaries;

    /// <summary>The schema; null until its message was decoded.</summary>
    public Schema? Schema { get; private set; }

    /// <summary>Decodes the next message.</summary>
    /// <param name="header">The FlatBuffer, without length prefix.</param>
    /// <param name="body">The body; it must not change as long as batches are in use.</param>
    /// <returns>The rows of a record batch; null if the message was the schema or a dictionary.</returns>
    /// <exception cref="InvalidDataException">The message is malformed, not supported, or out of order.</exception>
    public RecordBatch? Decode(ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> body)
    {
        var budget = FlatTable.BudgetOf(header.Span);
        var message = MessageHeader.Read(FlatTable.Root(header.Span, ref budget), out var content);
        if (body.Length < message.BodyLength)
        {
            throw new InvalidDataException($"the body has {body.Length} bytes, its header says {message.BodyLength}");
        }

        body = body[..(int)message.BodyLength];
        switch (message.Kind)
        {
            case MessageKind.Schema:
                DecodeSchema(content);
                return null;
            case MessageKind.DictionaryBatch:
                DecodeDictionary(content, body);
                return null;
            default:
                return DecodeRecordBatch(content, body, (int)message.RowCount);
        }
    }

    /// <summary>Takes a schema that was received apart from the messages, as in a file's footer.</summary>
    internal void DecodeSchema(FlatTable table)
    {
        if (Schema is not null)
        {
            throw new InvalidDataException("a second schema was found in the stream");
        }

        var (schema, layouts) = SchemaDecoder.Read(table);
        _dictionaries = new DictionaryRegistry(layouts);
        _layouts = layouts;
        Schema = schema;
    }

    private void DecodeDictionary(FlatTable table, ReadOnlyMemory<byte> body)
    {
        var dictionaries = RequireSchema(MessageKind.DictionaryBatch);
        var id = table.ReadInt64(MetadataFormat.DictionaryBatch.Id);
        var data = table.ReadTable(MetadataFormat.DictionaryBatch.Data);
        if (!data.IsPresent)
        {
            throw new InvalidDataException($"the dictionary batch with the id {id} has no data");
        }

        var decoder = new RecordBatchDecoder(data, body, dictionaries, _options);
        var values = decoder.ReadColumn(dictionaries.LayoutOf(id), data.ReadInt64(MetadataFormat.RecordBatch.Length));
        decoder.CheckEnd();
        dictionaries.Update(id, values, table.ReadBool(MetadataFormat.DictionaryBatch.IsDelta));
    }

    private RecordBatch DecodeRecordBatch(FlatTable table, ReadOnlyMemory<byte> body, int rows)
    {
        var dictionaries = RequireSchema(MessageKind.RecordBatch);
        var decoder = new RecordBatchDecoder(table, body, dictionaries, _options);
        var columns = new ArrayData[_layouts.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = decoder.ReadColumn(_layouts[i], rows);
        }

        decoder.CheckEnd();
        return RecordBatch.FromColumns(Schema!, columns, rows);
    }

    private DictionaryRegistry RequireSchema(MessageKind kind) => _dictionaries
        ?? throw new InvalidDataException($"a message of kind {kind} was found before the schema");
}
