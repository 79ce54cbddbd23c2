using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Executor.Contracts.Integrity;
using Executor.Scheduling;

namespace Executor.Journaling;

/// <summary>
/// The bytes of a journal entry: JSON lines. The first says who and when, then comes a line per decision, and the last holds the CRC32C, in
/// hex, of all bytes before it.
/// <code>
/// {"v":1,"epoch":7,"nonce":"5f0c...","at":"2026-11-22T03:22:07.1230000Z"}
/// ["launch","map",0,0,1,"a01f6c2be3d49857"]
/// ["committed","extract",2,0,1]
/// {"crc":"1c291ca3"}
/// </code>
/// </summary>
internal static class JournalEntryFormat
{
    /// <summary>The version that is written, and the highest that is read.</summary>
    public const int Version = 1;

    private const int TrailerBytes = 19;
    private static readonly JsonEncodedText V = JsonEncodedText.Encode("v");
    private static readonly JsonEncodedText Epoch = JsonEncodedText.Encode("epoch");
    private static readonly JsonEncodedText Nonce = JsonEncodedText.Encode("nonce");
    private static readonly JsonEncodedText At = JsonEncodedText.Encode("at");

    /// <summary>Encodes an entry.</summary>
    public static byte[] Encode(JournalEntry entry, TaskGraph graph)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var output = new ArrayBufferWriter<byte>(256 + (entry.Decisions.Count * 64));
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber(V, Version);
        json.WriteNumber(Epoch, entry.Epoch);
        json.WriteString(Nonce, entry.Nonce);
        json.WriteString(At, entry.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        json.WriteEndObject();
        EndLine(json, output);
        foreach (var decision in entry.Decisions)
        {
            DecisionFormat.Write(json, decision, graph);
            EndLine(json, output);
        }

        var crc = Crc32C.Of(output.WrittenSpan);
        output.Write(Encoding.ASCII.GetBytes($"{{\"crc\":\"{crc:x8}\"}}\n"));
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Decodes an entry. Decisions about tasks and instances that the plan does not have are left out.</summary>
    /// <exception cref="JournalException">The bytes are not such an entry.</exception>
    public static JournalEntry Decode(ReadOnlySpan<byte> bytes, long sequence, TaskGraph graph)
    {
        if (bytes.Length <= TrailerBytes || !IsTrailer(bytes[..^TrailerBytes], bytes[^TrailerBytes..]))
        {
            throw Damaged(sequence, 0, $"its checksum does not fit its {bytes.Length} bytes");
        }

        var rest = bytes[..^TrailerBytes];
        var decisions = new List<Decision>();
        JournalEntry? entry = null;
        for (var line = 1; rest.Length > 0; line++)
        {
            var end = rest.IndexOf((byte)'\n');
            var text = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            try
            {
                var reader = new Utf8JsonReader(text);
                if (entry is null)
                {
                    entry = ReadHeader(ref reader, sequence, decisions);
                }
                else if (DecisionFormat.Read(ref reader, graph) is { } decision)
                {
                    decisions.Add(decision);
                }
            }
            catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException)
            {
                throw Damaged(sequence, line, failure.Message, failure);
            }
        }

        return entry ?? throw Damaged(sequence, 1, "it has no first line");
    }

    private static JournalEntry ReadHeader(ref Utf8JsonReader reader, long sequence, List<Decision> decisions)
    {
        using var header = JsonDocument.ParseValue(ref reader);
        var root = header.RootElement;
        var version = Required(root, V).GetInt32();
        if (version is < 1 or > Version)
        {
            throw new JsonException($"it has version {version}, and this executor reads versions up to {Version}");
        }

        return new JournalEntry(
            sequence,
            Required(root, Epoch).GetInt64(),
            Required(root, Nonce).GetString() ?? throw new JsonException("the nonce is null"),
            DateTimeOffset.Parse(Required(root, At).GetString() ?? string.Empty, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
            decisions);
    }

    private static JsonElement Required(JsonElement root, JsonEncodedText name) =>
        root.TryGetProperty(name.EncodedUtf8Bytes, out var value) ? value : throw new JsonException($"the first line has no \"{name}\"");

    private static bool IsTrailer(ReadOnlySpan<byte> content, ReadOnlySpan<byte> trailer) =>
        trailer.SequenceEqual(Encoding.ASCII.GetBytes($"{{\"crc\":\"{Crc32C.Of(content):x8}\"}}\n"));

    private static void EndLine(Utf8JsonWriter json, ArrayBufferWriter<byte> output)
    {
        json.Flush();
        json.Reset(output);
        output.Write("\n"u8);
    }

    private static JournalException Damaged(long sequence, int line, string found, Exception? cause = null) =>
        new($"entry {sequence} of the run's journal cannot be read{(line > 0 ? $" (line {line})" : string.Empty)}: {found}", cause);
}
