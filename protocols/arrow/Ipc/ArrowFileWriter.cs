using Executor.Arrow.Types;

namespace Executor.Arrow.Ipc;

/// <summary>
/// Writes record batches in the IPC file format, which can be read in any order. The stream need not be seekable. Not safe for use by
/// several threads.
/// </summary>
/// <remarks>
/// A file has one set of values for each dictionary: a batch that comes with others than the first one did is refused. Disposing does
/// not complete the file: without <see cref="WriteEnd"/> there is no footer, and readers refuse it.
/// </remarks>
public sealed class ArrowFileWriter : IDisposable, IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly MessageWriter _writer;
    private readonly MessageEncoder _encoder;
    private readonly List<FileBlock> _dictionaries = [];
    private readonly List<FileBlock> _recordBatches = [];
    private bool _started;
    private bool _ended;

    /// <summary>A writer of batches of this schema.</summary>
    /// <param name="stream">Where the file goes, from the stream's position on.</param>
    /// <param name="schema">What all batches look like.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the writer is disposed of.</param>
    public ArrowFileWriter(Stream stream, Schema schema, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _leaveOpen = leaveOpen;
        _writer = new MessageWriter(stream);
        _encoder = new MessageEncoder(schema, replaceDictionaries: false);
    }

    /// <summary>Writes the file's beginning, unless that is done; the other calls do it too.</summary>
    public void WriteStart()
    {
        if (Begin())
        {
            _stream.Write(FileFormat.Start);
            _writer.Write(_encoder.EncodeSchema());
        }
    }

    /// <summary>Writes the file's beginning, unless that is done; the other calls do it too.</summary>
    public async Task WriteStartAsync(CancellationToken cancellationToken = default)
    {
        if (Begin())
        {
            await _stream.WriteAsync(FileFormat.StartMemory, cancellationToken);
            await _writer.WriteAsync(_encoder.EncodeSchema(), cancellationToken);
        }
    }

    /// <summary>Writes a batch, and before the first one its dictionaries.</summary>
    /// <exception cref="ArgumentException">The batch's fields are not those of the schema.</exception>
    /// <exception cref="InvalidOperationException">A dictionary's values are not those that the file has already.</exception>
    public void WriteRecordBatch(RecordBatch recordBatch)
    {
        var messages = _encoder.Encode(recordBatch);
        WriteStart();
        for (var i = 0; i < messages.Count; i++)
        {
            Remember(messages[i], isRecordBatch: i == messages.Count - 1);
            _writer.Write(messages[i]);
        }
    }

    /// <summary>Writes a batch, and before the first one its dictionaries.</summary>
    /// <exception cref="ArgumentException">The batch's fields are not those of the schema.</exception>
    /// <exception cref="InvalidOperationException">A dictionary's values are not those that the file has already.</exception>
    public async Task WriteRecordBatchAsync(RecordBatch recordBatch, CancellationToken cancellationToken = default)
    {
        var messages = _encoder.Encode(recordBatch);
        await WriteStartAsync(cancellationToken);
        for (var i = 0; i < messages.Count; i++)
        {
            Remember(messages[i], isRecordBatch: i == messages.Count - 1);
            await _writer.WriteAsync(messages[i], cancellationToken);
        }
    }

    /// <summary>Completes the file with its footer and flushes the stream. There can be no more batches.</summary>
    public void WriteEnd()
    {
        WriteStart();
        _ended = true;
        _writer.WriteEndOfStream();
        _stream.Write(FileFormat.EncodeEnd(_encoder, _dictionaries, _recordBatches));
        _stream.Flush();
    }

    /// <summary>Completes the file with its footer and flushes the stream. There can be no more batches.</summary>
    public async Task WriteEndAsync(CancellationToken cancellationToken = default)
    {
        await WriteStartAsync(cancellationToken);
        _ended = true;
        await _writer.WriteEndOfStreamAsync(cancellationToken);
        await _stream.WriteAsync(FileFormat.EncodeEnd(_encoder, _dictionaries, _recordBatches), cancellationToken);
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
            throw new InvalidOperationException("the end of the file has been written");
        }

        var begins = !_started;
        _started = true;
        return begins;
    }

    private void Remember(EncodedMessage message, bool isRecordBatch)
    {
        var offset = FileFormat.Start.Length + _writer.BytesWritten;
        (isRecordBatch ? _recordBatches : _dictionaries).Add(
            new FileBlock(offset, EncodedMessage.PrefixBytes + message.PaddedHeaderLength, message.BodyLength));
    }
}
