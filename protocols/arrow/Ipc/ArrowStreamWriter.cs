using Executor.Arrow.Types;

namespace Executor.Arrow.Ipc;

/// <summary>Writes record batches to a stream in the IPC streaming format. Not safe for use by several threads.</summary>
/// <remarks>
/// Disposing does not end the format: only <see cref="WriteEnd"/> writes the end-of-stream marker, so that a reader can tell a stream
/// that was given up from a whole one.
/// </remarks>
public sealed class ArrowStreamWriter : IDisposable, IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly MessageWriter _writer;
    private readonly MessageEncoder _encoder;
    private bool _started;
    private bool _ended;

    /// <summary>A writer of batches of this schema.</summary>
    /// <param name="stream">Where they go.</param>
    /// <param name="schema">What all batches look like.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the writer is disposed of.</param>
    public ArrowStreamWriter(Stream stream, Schema schema, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _leaveOpen = leaveOpen;
        _writer = new MessageWriter(stream);
        _encoder = new MessageEncoder(schema);
    }

    /// <summary>What all batches look like.</summary>
    public Schema Schema => _encoder.Schema;

    /// <summary>Bytes written so far.</summary>
    public long BytesWritten => _writer.BytesWritten;

    /// <summary>Writes the schema, unless that is done; the other calls do it too.</summary>
    public void WriteStart()
    {
        if (Begin())
        {
            _writer.Write(_encoder.EncodeSchema());
        }
    }

    /// <summary>Writes the schema, unless that is done; the other calls do it too.</summary>
    public async Task WriteStartAsync(CancellationToken cancellationToken = default)
    {
        if (Begin())
        {
            await _writer.WriteAsync(_encoder.EncodeSchema(), cancellationToken);
        }
    }

    /// <summary>Writes a batch, and before it the dictionaries that changed.</summary>
    /// <exception cref="ArgumentException">The batch's fields are not those of the schema.</exception>
    public void WriteRecordBatch(RecordBatch recordBatch)
    {
        var messages = _encoder.Encode(recordBatch);
        WriteStart();
        foreach (var message in messages)
        {
            _writer.Write(message);
        }
    }

    /// <summary>Writes a batch, and before it the dictionaries that changed.</summary>
    /// <exception cref="ArgumentException">The batch's fields are not those of the schema.</exception>
    public async Task WriteRecordBatchAsync(RecordBatch recordBatch, CancellationToken cancellationToken = default)
    {
        var messages = _encoder.Encode(recordBatch);
        await WriteStartAsync(cancellationToken);
        foreach (var message in messages)
        {
            await _writer.WriteAsync(message, cancellationToken);
        }
    }

    /// <summary>Writes the end-of-stream marker and flushes the stream. There can be no more batches.</summary>
    public void WriteEnd()
    {
        WriteStart();
        _ended = true;
        _writer.WriteEndOfStream();
        _stream.Flush();
    }

    /// <summary>Writes the end-of-stream marker and flushes the stream. There can be no more batches.</summary>
    public async Task WriteEndAsync(CancellationToken cancellationToken = default)
    {
        await WriteStartAsync(cancellationToken);
        _ended = true;
        await _writer.WriteEndOfStreamAsync(cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    /// <summary>Closes the stream, unless it was to be left open.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }

    /// <summary>Closes the stream, unless it was to be left open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_leaveOpen)
        {
            await _stream.DisposeAsync();
        }
    }

    private bool Begin()
    {
        if (_ended)
        {
            throw new InvalidOperationException("the end of the stream has been written");
        }

        var begins = !_started;
        _started = true;
        return begins;
    }
}
