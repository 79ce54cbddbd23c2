using System.Buffers.Binary;
using Executor.Arrow.Ipc.FlatBuffers;
using Executor.Arrow.Types;

namespace Executor.Arrow.Ipc;

/// <summary>
/// Reads record batches in any order from a file in the IPC file format. The footer and all dictionaries are read when the reader is
/// made. Not safe for use by several threads.
/// </summary>
public sealed class ArrowFileReader : IDisposable
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly IpcReaderOptions _options;
    private readonly MessageDecoder _decoder;
    private readonly FileBlock[] _recordBatches;
    private int _next;

    /// <summary>A reader of the file that the stream holds from its beginning to its end.</summary>
    /// <param name="stream">The file; it has to be seekable.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the reader is disposed of.</param>
    /// <param name="options">Limits; <see cref="IpcReaderOptions.Default"/> if null.</param>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <exception cref="InvalidDataException">The file is malformed, or exceeds a limit.</exception>
    public ArrowFileReader(Stream stream, bool leaveOpen = false, IpcReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
        {
            throw new ArgumentException("the file format is read from its end: the stream has to be seekable", nameof(stream));
        }

        _stream = stream;
        _leaveOpen = leaveOpen;
        _options = options ?? IpcReaderOptions.Default;
        _decoder = new MessageDecoder(_options);
        _recordBatches = ReadFooter(out var dictionaries);
        foreach (var block in dictionaries)
        {
            Decode(block, Read(block), MessageKind.DictionaryBatch);
        }
    }

    /// <summary>The schema.</summary>
    public Schema Schema => _decoder.Schema!;

    /// <summary>How many batches the file has.</summary>
    public int RecordBatchCount => _recordBatches.Length;

    /// <summary>Opens the file at that path.</summary>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    public static ArrowFileReader FromFile(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            return new ArrowFileReader(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the batch at that position.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is negative or not less than <see cref="RecordBatchCount"/>.</exception>
    /// <exception cref="InvalidDataException">The batch is malformed, or exceeds a limit.</exception>
    public RecordBatch ReadRecordBatch(int index)
    {
        var block = BlockAt(index);
        return Decode(block, Read(block), MessageKind.RecordBatch)!;
    }

    /// <summary>Reads the batch at that position.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is negative or not less than <see cref="RecordBatchCount"/>.</exception>
    /// <exception cref="InvalidDataException">The batch is malformed, or exceeds a limit.</exception>
    public async ValueTask<RecordBatch> ReadRecordBatchAsync(int index, CancellationToken cancellationToken = default)
    {
        var block = BlockAt(index);
        var bytes = Allocate(block);
        _stream.Position = block.Offset;
        CheckComplete(await _stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken), bytes.Length);
        return Decode(block, bytes, MessageKind.RecordBatch)!;
    }

    /// <summary>Reads the batch after the one that this method read last; null after the last.</summary>
    /// <exception cref="InvalidDataException">The batch is malformed, or exceeds a limit.</exception>
    public RecordBatch? ReadNextRecordBatch() => _next < _recordBatches.Length ? ReadRecordBatch(_next++) : null;

    /// <summary>Closes the stream, unless it was to be left open.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }

    private static void CheckComplete(int read, int expected)
    {
        if (read < expected)
        {
            throw new InvalidDataException($"the file ends early: {read} bytes were found, expected {expected}");
        }
    }

    private FileBlock BlockAt(int index) => (uint)index < (uint)_recordBatches.Length
        ? _recordBatches[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"the file has {_recordBatches.Length} record batches");

    private FileBlock[] ReadFooter(out FileBlock[] dictionaries)
    {
        var minimum = FileFormat.Start.Length + FileFormat.TailBytes;
        var fileLength = _stream.Length;
        if (fileLength < minimum)
        {
            throw new InvalidDataException($"a file of {fileLength} bytes was found, an Arrow file has {minimum} at least");
        }

        var start = ReadAt(0, FileFormat.Magic.Length);
        var tail = ReadAt(fileLength - FileFormat.TailBytes, FileFormat.TailBytes);
        if (!start.AsSpan().SequenceEqual(FileFormat.Magic) || !tail.AsSpan(4).SequenceEqual(FileFormat.Magic))
        {
            throw new InvalidDataException("the file does not begin and end with ARROW1: it is not an Arrow file, or was cut off");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (length < 0 || length > _options.MaxHeaderBytes || length > fileLength - minimum)
        {
            throw new InvalidDataException(
                $"a footer of {length} bytes was found in a file of {fileLength} bytes, the limit is {_options.MaxHeaderBytes}");
        }

        var footerOffset = fileLength - FileFormat.TailBytes - length;
        var bytes = ReadAt(footerOffset, length);
        var budget = FlatTable.BudgetOf(bytes);
        var footer = FlatTable.Root(bytes, ref budget);
        MessageHeader.CheckVersion(footer.ReadInt16(MetadataFormat.Footer.Version));
        var schema = footer.ReadTable(MetadataFormat.Footer.Schema);
        if (!schema.IsPresent)
        {
            throw new InvalidDataException("the file's footer has no schema");
        }

        _decoder.DecodeSchema(schema);
        dictionaries = FileFormat.ReadBlocks(footer, MetadataFormat.Footer.Dictionaries, footerOffset);
        return FileFormat.ReadBlocks(footer, MetadataFormat.Footer.RecordBatches, footerOffset);
    }

    private byte[] ReadAt(long offset, int length)
    {
        var bytes = new byte[length];
        _stream.Position = offset;
        CheckComplete(_stream.ReadAtLeast(bytes, length, throwOnEndOfStream: false), length);
        return bytes;
    }

    private byte[] Read(FileBlock block)
    {
        var bytes = Allocate(block);
        _stream.Position = block.Offset;
        CheckComplete(_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false), bytes.Length);
        return bytes;
    }

    private byte[] Allocate(FileBlock block)
    {
        if (block.MetadataLength > _options.MaxHeaderBytes
            || block.BodyLength > _options.MaxBodyBytes
            || block.MetadataLength + block.BodyLength > System.Array.MaxLength)
        {
            throw new InvalidDataException(
                $"a message of {block.MetadataLength} + {block.BodyLength} bytes was found, "
                + $"the limits are {_options.MaxHeaderBytes} and {_options.MaxBodyBytes}");
        }

        return GC.AllocateUninitializedArray<byte>((int)(block.MetadataLength + block.BodyLength));
    }

    private RecordBatch? Decode(FileBlock block, ReadOnlyMemory<byte> bytes, MessageKind expected)
    {
        var header = FileFormat.StripPrefix(bytes[..block.MetadataLength]);
        var found = MessageHeader.Peek(header.Span).Kind;
        if (found != expected)
        {
            throw new InvalidDataException($"a message of kind {found} was found where the footer says {expected}");
        }

        return _decoder.Decode(header, bytes[block.MetadataLength..]);
    }
}
