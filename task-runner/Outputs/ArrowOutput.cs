using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Outputs;

/// <summary>An Arrow IPC stream. Large record batches of outputs that are not partitioned are passed on undecoded.</summary>
/// <param name="name">The output's name, for errors.</param>
/// <param name="stream">What the body writes.</param>
internal sealed class ArrowOutput(string name, HeadRecorder stream) : IOutputFormat
{
    private readonly MessageDecoder _decoder = new();
    private MessageReader? _reader;

    /// <inheritdoc/>
    public async ValueTask<Schema> ReadSchemaAsync(CancellationToken cancellationToken)
    {
        _reader = new MessageReader(stream);
        try
        {
            if (await _reader.ReadAsync(cancellationToken) is not { } message)
            {
                throw Invalid("it is empty: not even a schema was written");
            }

            _decoder.Decode(message.Header, message.Body);
        }
        catch (InvalidDataException e)
        {
            throw Invalid(stream.IsArrowFile ? "it is in the Arrow file format" : $"it begins with {stream.Describe()}: {e.Message}", e);
        }

        return _decoder.Schema ?? throw Invalid("its first message is not a schema");
    }

    /// <inheritdoc/>
    public async ValueTask ReadRowsAsync(IRowSink sink, CancellationToken cancellationToken)
    {
        // Blocks must bring their dictionaries along, so batches with dictionaries cannot be passed on as they are.
        var mayPassOn = sink.PassesOn && !HasDictionaries(_decoder.Schema!.FieldsList);
        try
        {
            while (await _reader!.ReadAsync(cancellationToken) is { } message)
            {
                if (mayPassOn && message.Info.Kind == MessageKind.RecordBatch && message.Info.RowCount > 0
                    && message.Info.BodyLength is >= BlockLimits.PassOnBytes and <= BlockLimits.SplitBytes)
                {
                    await sink.PassOnAsync(message.ToEncodedMessage(), (int)message.Info.RowCount, cancellationToken);
                }
                else if (_decoder.Decode(message.Header, message.Body) is { Length: > 0 } rows)
                {
                    await sink.AddAsync(rows, cancellationToken);
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw Invalid(e.Message, e);
        }

        if (_reader!.End == StreamEnd.Marker && await stream.ReadAsync(new byte[1], cancellationToken) > 0)
        {
            throw Invalid("bytes follow the end of the Arrow stream");
        }
    }

    private static bool HasDictionaries(IEnumerable<Field> fields) => fields.Any(static field => HasDictionary(field.DataType));

    private static bool HasDictionary(IArrowType type) =>
        type is DictionaryType || (type is NestedType nested && HasDictionaries(nested.Fields));

    private AttemptFailedException Invalid(string problem, Exception? cause = null) =>
        AttemptFailedException.InvalidOutput($"output {name} is not an Arrow IPC stream: {problem}", cause);
}
