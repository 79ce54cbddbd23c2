using System.Buffers;
using System.Globalization;
using System.Text;
using Executor.Contracts.Integrity;

namespace Executor.Shuffle.Engine.Records;

/// <summary>
/// A record as an object: the value as it is, then one line of 17 bytes, <c>"\ncrc32c " + 8 lower-case hex digits + "\n"</c>, the CRC32C of
/// the value. A JSON record stays readable by people and tools.
/// </summary>
public static class RecordEnvelope
{
    /// <summary>Bytes that a record takes beyond its value.</summary>
    public const int Overhead = 17;

    private static ReadOnlySpan<byte> Label => "\ncrc32c "u8;

    /// <summary>The object's content for a value.</summary>
    public static ReadOnlySequence<byte> Wrap(ReadOnlyMemory<byte> value)
    {
        var content = new Buffers.ByteSequence();
        content.Append(value);
        content.Append(Line(value.Span));
        return content.ToSequence();
    }

    /// <summary>The value in an object's content; false if the content is damaged.</summary>
    public static bool TryUnwrap(ReadOnlyMemory<byte> content, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (content.Length < Overhead)
        {
            return false;
        }

        value = content[..^Overhead];
        return content.Span[^Overhead..].SequenceEqual(Line(value.Span));
    }

    private static byte[] Line(ReadOnlySpan<byte> value)
    {
        var line = new byte[Overhead];
        Label.CopyTo(line);
        Encoding.ASCII.GetBytes(Crc32C.Of(value).ToString("x8", CultureInfo.InvariantCulture), line.AsSpan(Label.Length));
        line[^1] = (byte)'\n';
        return line;
    }
}
