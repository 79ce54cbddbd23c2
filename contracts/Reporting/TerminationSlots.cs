using System.Text.Json;
using Executor.Contracts.Integrity;

namespace Executor.Contracts.Reporting;

/// <summary>
/// The termination message's form: a file of exactly two slots of 2,048 bytes, written in place alternately, so that a kill in the middle
/// of a write leaves the other slot whole (the file is a bind mount in a pod: it cannot be replaced by a rename).
/// <code>
/// slot:   0        8         16                        2048
///         | length | crc32c  | JSON report | spaces ...  |
/// file:   | slot 0 | slot 1  |      (4,096 bytes, the most that Kubernetes keeps)
/// </code>
/// Length and CRC32C (of the JSON alone) are 8 lower-case hex digits each, so that the message is text throughout.
/// </summary>
public static class TerminationSlots
{
    /// <summary>The size of one slot in bytes.</summary>
    public const int SlotBytes = 2048;

    /// <summary>The size of the whole message in bytes.</summary>
    public const int TotalBytes = 2 * SlotBytes;

    private const int HeaderBytes = 16;

    /// <summary>
    /// Encodes a report into one slot. Where it does not fit, the log's tail is cut from its front, then the error from its end.
    /// </summary>
    public static byte[] Encode(TerminationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var json = JsonSerializer.SerializeToUtf8Bytes(report, TerminationJson.Default.TerminationReport);
        while (json.Length > SlotBytes - HeaderBytes)
        {
            var excess = json.Length - (SlotBytes - HeaderBytes);
            report = report switch
            {
                { LogTail.Length: > 0 } => report with { LogTail = CutFront(report.LogTail, excess) },
                { Error.Length: > 0 } => report with { Error = report.Error[..Math.Max(0, report.Error.Length - excess)] },
                _ => throw new ArgumentException($"a report without texts takes {json.Length} bytes, more than a slot holds", nameof(report)),
            };
            json = JsonSerializer.SerializeToUtf8Bytes(report, TerminationJson.Default.TerminationReport);
        }

        var slot = new byte[SlotBytes];
        slot.AsSpan().Fill((byte)' ');
        WriteHex(slot, (uint)json.Length);
        WriteHex(slot.AsSpan(8), Crc32C.Of(json));
        json.CopyTo(slot.AsSpan(HeaderBytes));
        return slot;
    }

    /// <summary>The later of the two reports that are whole; null if neither is.</summary>
    public static TerminationReport? Decode(ReadOnlySpan<byte> message)
    {
        var first = DecodeSlot(message);
        var second = message.Length > SlotBytes ? DecodeSlot(message[SlotBytes..]) : null;
        return (first?.Sequence ?? -1) >= (second?.Sequence ?? -1) ? first : second;
    }

    private static TerminationReport? DecodeSlot(ReadOnlySpan<byte> slot)
    {
        if (slot.Length < HeaderBytes || !TryReadHex(slot, out var length) || !TryReadHex(slot[8..], out var crc)
            || length > SlotBytes - HeaderBytes || length > slot.Length - HeaderBytes)
        {
            return null;
        }

        var json = slot.Slice(HeaderBytes, (int)length);
        if (Crc32C.Of(json) != crc)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(json, TerminationJson.Default.TerminationReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string CutFront(string text, int bytes) => text[Math.Min(text.Length, Math.Max(1, bytes))..];

    private static void WriteHex(Span<byte> target, uint value) => value.TryFormat(target, out _, "x8");

    private static bool TryReadHex(ReadOnlySpan<byte> source, out uint value) =>
        uint.TryParse(source[..8], System.Globalization.NumberStyles.AllowHexSpecifier, null, out value);
}
