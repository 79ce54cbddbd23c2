using System.Security.Cryptography;

namespace Executor.Bundling;

/// <summary>
/// A file's content, exactly as it was when its folder was listed: so many bytes, with this hash. What changed meanwhile is an error, because
/// the folder's hash stands for what tasks run. To be read once by one reader.
/// </summary>
internal sealed class ListedFileStream : Stream
{
    private readonly CodeEntry _entry;
    private readonly FileStream _file;
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;

    /// <summary>Opens a file.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="entry">The file in it.</param>
    public ListedFileStream(string folder, CodeEntry entry)
    {
        _entry = entry;
        _file = File.OpenRead(Path.Combine(folder, entry.Path));
    }

    public override bool CanRead => true;

    // Said to be seekable, because only of such a stream the length is taken without reading it to its end.
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _entry.Bytes;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <summary>Throws unless everything was read and is what was listed.</summary>
    /// <exception cref="BundleException">The file has changed.</exception>
    public void RequireUnchanged()
    {
        if (_read != _entry.Bytes || Convert.ToHexStringLower(_sha256.GetCurrentHash()) != _entry.Sha256)
        {
            throw Changed();
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, _entry.Bytes - _read);
        var count = _file.Read(buffer[..wanted]);
        return Count(buffer[..count], wanted);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, _entry.Bytes - _read);
        var count = await _file.ReadAsync(buffer[..wanted], cancellationToken);
        return Count(buffer.Span[..count], wanted);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _sha256.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(ReadOnlySpan<byte> read, int wanted)
    {
        if (read.IsEmpty && wanted > 0)
        {
            throw Changed();
        }

        _sha256.AppendData(read);
        _read += read.Length;
        return read.Length;
    }

    private BundleException Changed() => new($"{_file.Name} was changed while it was read; run the command again");
}
