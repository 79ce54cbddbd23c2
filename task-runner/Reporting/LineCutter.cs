using System.Buffers;
using System.Text;

namespace Executor.TaskRunner.Reporting;

/// <summary>
/// Makes lines of bytes that arrive in pieces. A line longer than <see cref="MaxLineBytes"/> becomes several, none of them cut inside a
/// character, so that memory stays bounded. For one thread.
/// </summary>
/// <param name="line">Gets each line without its end.</param>
internal sealed class LineCutter(Action<ReadOnlySpan<byte>> line)
{
    /// <summary>The most bytes of a line.</summary>
    public const int MaxLineBytes = 16 << 10;

    private readonly byte[] _bytes = new byte[MaxLineBytes];
    private int _length;

    /// <summary>Adds what has arrived.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var end = data.IndexOf((byte)'\n');
            if (end == 0)
            {
                EndLine();
                data = data[1..];
                continue;
            }

            if (_length == MaxLineBytes)
            {
                Cut();
            }

            var count = Math.Min(end < 0 ? data.Length : end, MaxLineBytes - _length);
            data[..count].CopyTo(_bytes.AsSpan(_length));
            _length += count;
            data = data[count..];
        }
    }

    /// <summary>Gives out a last line that has no end.</summary>
    public void End()
    {
        if (_length > 0)
        {
            EndLine();
        }
    }

    private void EndLine()
    {
        var text = _bytes.AsSpan(0, _length);
        line(text.EndsWith((byte)'\r') ? text[..^1] : text);
        _length = 0;
    }

    private void Cut()
    {
        var begun = Rune.DecodeLastFromUtf8(_bytes, out _, out var consumed) == OperationStatus.NeedMoreData ? consumed : 0;
        line(_bytes.AsSpan(0, MaxLineBytes - begun));
        _bytes.AsSpan(MaxLineBytes - begun).CopyTo(_bytes);
        _length = begun;
    }
}
