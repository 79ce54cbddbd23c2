using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Executor.Planning;

/// <summary>
/// The one byte form of a JSON value (RFC 8785, JSON Canonicalization Scheme): names in ordinal order, no spaces, only necessary escapes.
/// Numbers are kept as they were written, so the values hashed here hold whole numbers alone.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>The value's bytes.</summary>
    public static ReadOnlySpan<byte> Write(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, value);
        return buffer.WrittenSpan;
    }

    private static void Write(ArrayBufferWriter<byte> buffer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var separator = "{"u8;
                foreach (var property in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    buffer.Write(separator);
                    WriteText(buffer, property.Name);
                    buffer.Write(":"u8);
                    Write(buffer, property.Value);
                    separator = ","u8;
                }

                buffer.Write(separator[0] == '{' ? "{}"u8 : "}"u8);
                break;
            case JsonValueKind.Array:
                buffer.Write("["u8);
                for (var i = 0; i < value.GetArrayLength(); i++)
                {
                    buffer.Write(i == 0 ? [] : ","u8);
                    Write(buffer, value[i]);
                }

                buffer.Write("]"u8);
                break;
            case JsonValueKind.String:
                WriteText(buffer, value.GetString()!);
                break;
            default:
                buffer.Write(Encoding.UTF8.GetBytes(value.GetRawText()));
                break;
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> buffer, string text)
    {
        var escaped = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append("\\\\"),
                '\b' => escaped.Append("\\b"),
                '\f' => escaped.Append("\\f"),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                < ' ' => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => escaped.Append(c),
            };
        }

        buffer.Write(Encoding.UTF8.GetBytes(escaped.Append('"').ToString()));
    }
}
