using System.Runtime.CompilerServices;
using Executor.Arrow.Types;

namespace Executor.Arrow.Ipc;

/// <summary>Reads record batches from a stream in the IPC streaming format. Not safe for use by several threads.</summary>
public sealed class ArrowStreamReader : IDisposable
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly MessageReader _reader;
    private readonly MessageDecoder _decoder;

    /// <summary>A reader of what the stream holds from here on, up to the end-of-stream marker or the stream's end.</summary>
    /// <param name="stream">Where the messages come from.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the reader is disposed of.</param>
    /// <param name="options">Limits; <see cref="IpcReaderOptions.Default"/> if null.</param>
    public ArrowStreamReader(Stream stream, bool leaveOpen = false, IpcReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _leaveOpen = leaveOpen;
        _reader = new MessageReader(stream, options);
        _decoder = new MessageDecoder(options);
    }

    /// <summary>The schema, which is read from the stream at the first call.</summary>
    /// <exception cref="InvalidDataException">The stream is malformed, or does not begin with a schema.</exception>
    public Schema Schema
    {
        get
        {
            if (_decoder.Schema is null)
            {
                DecodeSchema(_reader.Read());
            }

            return _decoder.Schema!;
        }
    }

    /// <summary>How the stream has ended, once there are no more batches.</summary>
    public StreamEnd End => _reader.End;

    /// <summary>The schema, which is read from the stream at the first call.</summary>
    /// <exception cref="InvalidDataException">The stream is malformed, or does not begin with a schema.</exception>
    public async ValueTask<Schema> GetSchemaAsync(CancellationToken cancellationToken = default)
    {
        if (_decoder.Schema is null)
        {
            DecodeSchema(await _reader.ReadAsync(cancellationToken));
        }

        return _decoder.Schema!;
    }

    /// <summary>Reads the next batch; null at the end.</summary>
    /// <exception cref="InvalidDataException">The stream is malformed, or exceeds a limit.</exception>
    public RecordBatch? ReadNextRecordBatch()
    {
        _ = Schema;
        while (_reader.Read() is { } message)
        {
            if (_decoder.Decode(message.Header, message.Body) is { } batch)
            {
                return batch;
            }
        }

        return null;
    }

    /// <summary>Reads the next batch; null at the end.</summary>
    /// <exception cref="InvalidDataException">The stream is malformed, or exceeds a limit.</exception>
    public async ValueTask<RecordBatch?> ReadNextRecordBatchAsync(CancellationToken cancellationToken = default)
    {
        await GetSchemaAsync(cancellationToken);
        while (await _reader.ReadAsync(cancellationToken) is { } message)
        {
            if (_decoder.Decode(message.Header, message.Body) is { } batch)
            {
                return batch;
            }
        }

        return null;
    }

    /// <summary>Reads all batches that are left.</summary>
    /// <exception cref="InvalidDataException">The stream is malformed, or exceeds a limit.</exception>
    public async IAsyncEnumerable<RecordBatch> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReadNextRecordBatchAsync(cancellationToken) is { } batch)
        {
            yield return batch;
        }
    }

    /// <summary>Closes the stream, unless it was to be left open.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }

    private void DecodeSchema(ReceivedMessage? received)
    {
        if (received is not { } message)
        {
            throw new InvalidDataException("the stream is empty, expected a schema");
        }

        if (message.Info.Kind != MessageKind.Schema)
        {
            throw new InvalidDataException($"the stream begins with a message of kind {message.Info.Kind}, expected a schema");
        }

        _decoder.Decode(message.Header, message.Body);
    }
}
