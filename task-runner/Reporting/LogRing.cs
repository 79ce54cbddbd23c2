using System.Text;

namespace Executor.TaskRunner.Reporting;

/// <summary>Keeps the last bytes that were written to it; its memory grows with what was written, up to the capacity. Thread-safe.</summary>
internal sealed class LogRing
{
    private const int FirstBytes = 4096;

    private readonly Lock _gate = new();
    private readonly int _capacity;
    private byte[] _bytes = [];
    private long _written;

    /// <param name="capacity">The most bytes that are kept.</param>
    public LogRing(int capacity)
    {
        _capacity = capacity;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            if (data.Length > _capacity)
            {
                _written += data.Length - _capacity;
                data = data[^_capacity..];
            }

            Grow(data.Length);
            var at = (int)(_written % _bytes.Length);
            var first = Math.Min(data.Length, _bytes.Length - at);
            data[..first].CopyTo(_bytes.AsSpan(at));
            data[first..].CopyTo(_bytes);
            _written += data.Length;
        }
    }

    /// <summary>The last bytes, at most that many.</summary>
    public byte[] Last(int count)
    {
        lock (_gate)
        {
            var length = (int)Math.Min(Math.Min(count, _bytes.Length), _written);
            var result = new byte[length];
            if (length > 0)
            {
                var from = (int)((_written - length) % _bytes.Length);
                var first = Math.Min(length, _bytes.Length - from);
                _bytes.AsSpan(from, first).CopyTo(result);
                _bytes.AsSpan(0, length - first).CopyTo(result.AsSpan(first));
            }

            return result;
        }
    }

    /// <summary>The last bytes as text from a line's beginning, where there is one among them.</summary>
    public string? LastText(int count)
    {
        var last = Last(count);
        var lineEnd = last.Length == count ? last.AsSpan(0, last.Length - 1).IndexOf((byte)'\n') : -1;
        return last.Length == 0 ? null : Encoding.UTF8.GetString(last.AsSpan(lineEnd + 1));
    }

    // Until the ring has wrapped it is a plain array that starts at 0, so growing is a copy.
    private void Grow(int added)
    {
        if (_bytes.Length == _capacity || _written + added <= _bytes.Length)
        {
            return;
        }

        var length = Math.Max(_bytes.Length, FirstBytes);
        while (length < _capacity && length < _written + added)
        {
            length *= 2;
        }

        Array.Resize(ref _bytes, Math.Min(length, _capacity));
    }
}
