using System.Text;

namespace Executor.TaskRunner.Outputs;

/// <summary>Passes a stream's bytes on and remembers the first ones, to say what was found where something else was expected.</summary>
/// <param name="inner">The stream.</param>
internal sealed class HeadRecorder(Stream inner) : Stream
{
    private const int HeadBytes = 40;

    private readonly byte[] _head = new byte[HeadBytes];
    private int _recorded = -1;
    private int _passedOn;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>True if it begins as an Arrow IPC file does.</summary>
    public bool IsArrowFile => Head.StartsWith("ARROW1"u8);

    private ReadOnlySpan<byte> Head => _head.AsSpan(0, Math.Max(0, _recorded));

    /// <summary>The first bytes in words: as text where they are printable, else as hexadecimal numbers.</summary>
    public string Describe()
    {
        var text = Encoding.UTF8.GetString(Head);
        foreach (var c in text)
        {
            if ((char.IsControl(c) && !char.IsWhiteSpace(c)) || c == '\uFFFD')
            {
                return Convert.ToHexString(Head[..Math.Min(16, Head.Length)]);
            }
        }

        return $"'{text.Split('\n')[0].TrimEnd()}'";
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_recorded < 0)
        {
            _recorded = await inner.ReadAsync(_head, cancellationToken);
        }

        if (_passedOn == _recorded)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _recorded - _passedOn);
        _head.AsSpan(_passedOn, count).CopyTo(buffer.Span);
        _passedOn += count;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
