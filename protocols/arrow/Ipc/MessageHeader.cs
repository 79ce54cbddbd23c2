using Executor.Arrow.Ipc.FlatBuffers;

namespace Executor.Arrow.Ipc;

/// <summary>What a message carries.</summary>
public enum MessageKind
{
    /// <summary>The schema; comes first and has no body.</summary>
    Schema = 1,

    /// <summary>Values of a dictionary.</summary>
    DictionaryBatch = 2,

    /// <summary>Rows.</summary>
    RecordBatch = 3,
}

/// <summary>What can be said of a message without decoding it.</summary>
/// <param name="Kind">What it carries.</param>
/// <param name="BodyLength">Bytes of its body, padding included.</param>
/// <param name="RowCount">Rows of a record batch, values of a dictionary batch, 0 for a schema.</param>
public readonly record struct MessageHeader(MessageKind Kind, long BodyLength, long RowCount)
{
    /// <summary>Reads a message's FlatBuffer: what stands between the length prefix and the body, <c>FlightData.data_header</c>.</summary>
    /// <exception cref="InvalidDataException">It is malformed, of metadata version other than V4 or V5, or of an unknown kind.</exception>
    public static MessageHeader Peek(ReadOnlySpan<byte> header)
    {
        var budget = FlatTable.BudgetOf(header);
        return Read(FlatTable.Root(header, ref budget), out _);
    }

    /// <summary>Reads the message table, and finds the table of what it carries.</summary>
    internal static MessageHeader Read(FlatTable message, out FlatTable content)
    {
        CheckVersion(message.ReadInt16(MetadataFormat.Message.Version));
        var kind = (MessageKind)message.ReadByte(MetadataFormat.Message.HeaderType);
        if (kind is not (MessageKind.Schema or MessageKind.DictionaryBatch or MessageKind.RecordBatch))
        {
            throw new InvalidDataException(
                $"a message of kind {(int)kind} was found, expected schema (1), dictionary batch (2) or record batch (3)");
        }

        content = message.ReadTable(MetadataFormat.Message.Header);
        if (!content.IsPresent)
        {
            throw new InvalidDataException($"a message of kind {kind} has no content");
        }

        var bodyLength = message.ReadInt64(MetadataFormat.Message.BodyLength);
        if (bodyLength < 0)
        {
            throw new InvalidDataException($"a message of kind {kind} gives a body length of {bodyLength} bytes");
        }

        return new MessageHeader(kind, bodyLength, CountRows(kind, content));
    }

    internal static void CheckVersion(short version)
    {
        if (version is not (MetadataFormat.VersionV4 or MetadataFormat.VersionV5))
        {
            throw new InvalidDataException($"metadata version V{version + 1} was found, expected V5 or V4");
        }
    }

    private static long CountRows(MessageKind kind, FlatTable content)
    {
        if (kind == MessageKind.Schema)
        {
            return 0;
        }

        var batch = kind == MessageKind.DictionaryBatch ? content.ReadTable(MetadataFormat.DictionaryBatch.Data) : content;
        var rows = batch.IsPresent ? batch.ReadInt64(MetadataFormat.RecordBatch.Length) : 0;
        return rows is >= 0 and <= int.MaxValue
            ? rows
            : throw new InvalidDataException($"a message of kind {kind} gives {rows} rows, expected 0 to {int.MaxValue}");
    }
}
