using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Executor.Planning;

/// <summary>
/// The one byte form of a JSON value (RFC 8785, JSON Canonicalization Scheme): names in ordinal order, no spaces, only necessary escapes.
/// Numbers are kept as they were written, so the values hashed here hold whole numbers alone.
/// </summary>
internal static class CanonicalJson
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(code => (char)code), '"', '\\']);

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
                WriteMembers(buffer, value);
                break;
            case JsonValueKind.Array:
                buffer.Write("["u8);
                var isFirst = true;
                foreach (var item in value.EnumerateArray())
                {
                    buffer.Write(isFirst ? [] : ","u8);
                    isFirst = false;
                    Write(buffer, item);
                }

                buffer.Write("]"u8);
                break;
            case JsonValueKind.String:
                WriteText(buffer, value.GetString()!);
                break;
            default:
                buffer.Write(JsonMarshal.GetRawUtf8Value(value));
                break;
        }
    }

    private static void WriteMembers(ArrayBufferWriter<byte> buffer, JsonElement value)
    {
        var members = new (string Name, JsonElement Value)[value.GetPropertyCount()];
        var count = 0;
        foreach (var member in value.EnumerateObject())
        {
            members[count++] = (member.Name, member.Value);
        }

        Array.Sort(members, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        buffer.Write("{"u8);
        for (var i = 0; i < members.Length; i++)
        {
            buffer.Write(i == 0 ? [] : ","u8);
            WriteText(buffer, members[i].Name);
            buffer.Write(":"u8);
            Write(buffer, members[i].Value);
        }

        buffer.Write("}"u8);
    }

    private static void WriteText(ArrayBufferWriter<byte> buffer, string text)
    {
        buffer.Write("\""u8);
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var plain = rest.IndexOfAny(Escaped) is var end and >= 0 ? rest[..end] : rest;
            buffer.Advance(Encoding.UTF8.GetBytes(plain, buffer.GetSpan(Encoding.UTF8.GetMaxByteCount(plain.Length))));
            rest = rest[plain.Length..];
            if (!rest.IsEmpty)
            {
                WriteEscape(buffer, rest[0]);
                rest = rest[1..];
            }
        }

        buffer.Write("\""u8);
    }

    private static void WriteEscape(ArrayBufferWriter<byte> buffer, char c) => buffer.Write(c switch
    {
        '"' => "\\\""u8,
        '\\' => "\\\\"u8,
        '\b' => "\\b"u8,
        '\f' => "\\f"u8,
        '\n' => "\\n"u8,
        '\r' => "\\r"u8,
        '\t' => "\\t"u8,
        _ => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")),
    });
}
