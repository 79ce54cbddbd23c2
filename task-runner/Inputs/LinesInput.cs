using System.Buffers;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Inputs;

/// <summary>UTF-8 text, a row a line, of the single string column <c>line</c>; a null is an empty line.</summary>
internal sealed class LinesInput : IInputFormat
{
    private const string ColumnName = "line";

    private readonly OutputId _from;
    private readonly ReadOnlyMemory<byte> _schema;
    private readonly ArrayBufferWriter<byte> _text = new();

    /// <param name="from">The output that is read, for errors.</param>
    /// <param name="schema">Its encapsulated schema message.</param>
    /// <exception cref="AttemptFailedException">It has other columns.</exception>
    public LinesInput(OutputId from, ReadOnlyMemory<byte> schema)
    {
        _from = from;
        _schema = schema;
        if (Decode(schema).Schema is not { FieldsList: [{ Name: ColumnName } field] } || !IsText(field.DataType))
        {
            throw new AttemptFailedException(
                AttemptFailure.Configuration,
                $"the input {from} cannot be read as lines: one string column '{ColumnName}' is needed, its schema is {Decode(schema).Schema}");
        }
    }

    /// <inheritdoc/>
    public ValueTask BeginAsync(Stream target, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlySequence<byte> payload, Stream target, CancellationToken cancellationToken)
    {
        // Arrays share the payload's memory, which is good until the next block is asked for.
        var bytes = payload.IsSingleSegment ? payload.First : payload.ToArray();
        _text.ResetWrittenCount();
        if (Decode(_schema, bytes).Rows is { } rows)
        {
            AppendLines(rows.Column(0));
        }

        await target.WriteAsync(_text.WrittenMemory, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask EndAsync(Stream target, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private static bool IsText(IArrowType type) => type.TypeId is ArrowTypeId.String or ArrowTypeId.LargeString
        || (type is DictionaryType dictionary && IsText(dictionary.ValueType));

    private (Schema? Schema, RecordBatch? Rows) Decode(params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        try
        {
            var decoder = new MessageDecoder();
            RecordBatch? rows = null;
            foreach (var part in parts)
            {
                var reader = new MessageReader(new MemoryStream(part.ToArray(), writable: false));
                while (reader.Read() is { } message)
                {
                    rows = decoder.Decode(message.Header, message.Body) ?? rows;
                }
            }

            return (decoder.Schema, rows);
        }
        catch (InvalidDataException e)
        {
            // Its checksum was right, so this is what was committed.
            throw new ShuffleException(ShuffleError.DataLoss, $"the input {_from} is not what Arrow allows: {e.Message}", e);
        }
    }

    private void AppendLines(IArrowArray column)
    {
        for (var i = 0; i < column.Length; i++)
        {
            _text.Write(Bytes(column, i));
            _text.Write("\n"u8);
        }
    }

    private static ReadOnlySpan<byte> Bytes(IArrowArray column, int row) => column switch
    {
        BinaryArray array => array.GetBytes(row),
        LargeBinaryArray array => array.GetBytes(row),
        DictionaryArray array => array.GetDictionaryIndex(row) is { } index ? Bytes(array.Dictionary, index) : [],
        _ => [],
    };
}
