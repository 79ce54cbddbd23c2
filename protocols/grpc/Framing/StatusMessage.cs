using System.Buffers;
using System.Globalization;
using System.Text;

namespace Executor.Grpc.Framing;

/// <summary>The percent-encoding of <c>grpc-message</c>: UTF-8 in which all but the printable ASCII characters, and '%', are escaped.</summary>
internal static class StatusMessage
{
    /// <summary>HTTP/2 implementations limit the header block, 8 KiB in gRPC's own; a longer text would fail the whole call.</summary>
    private const int MaxDetailLength = 2048;

    private const string Hex = "0123456789ABCDEF";

    public static string Encode(string detail)
    {
        var text = detail.Length > MaxDetailLength ? string.Concat(detail.AsSpan(0, MaxDetailLength), "...") : detail;
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('%'))
        {
            return text;
        }

        var encoded = new StringBuilder(text.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append('%').Append(Hex[value >> 4]).Append(Hex[value & 15]);
            }
        }

        return encoded.ToString();
    }

    /// <summary>Decodes; as the specification asks, what is not a valid escape is kept as it is.</summary>
    public static string Decode(string value)
    {
        if (!value.Contains('%'))
        {
            return value;
        }

        var bytes = new ArrayBufferWriter<byte>(value.Length);
        for (var index = 0; index < value.Length; index++)
        {
            if (value[index] == '%'
                && index + 2 < value.Length
                && byte.TryParse(value.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
            {
                bytes.Write([escaped]);
                index += 2;
            }
            else
            {
                Encoding.UTF8.GetBytes(value.AsSpan(index, 1), bytes);
            }
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
