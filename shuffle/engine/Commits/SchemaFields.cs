using System.Buffers.Binary;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Shuffle.Channel;

namespace Executor.Shuffle.Engine.Commits;

/// <summary>Compares schemas by their fields; metadata may differ.</summary>
public static class SchemaFields
{
    private const int PrefixBytes = 8;

    /// <summary>Throws <see cref="ShuffleError.SchemaMismatch"/>, showing both, unless the two schemas have equal fields.</summary>
    /// <param name="subject">Whose schema the second one is.</param>
    /// <param name="agreed">The schema that counts.</param>
    /// <param name="offered">The schema to compare with it.</param>
    public static void RequireEqual(string subject, ReadOnlyMemory<byte> agreed, ReadOnlyMemory<byte> offered)
    {
        if (agreed.Span.SequenceEqual(offered.Span))
        {
            return;
        }

        var (expected, found) = (TryRead(agreed), TryRead(offered));
        if (expected is null || found is null)
        {
            throw new ShuffleException(
                ShuffleError.SchemaMismatch, $"{subject}: the schema has types that only equal bytes can be compared by, and differs from the one agreed on");
        }

        if (!expected.EqualsIgnoringMetadata(found))
        {
            throw new ShuffleException(ShuffleError.SchemaMismatch, $"{subject}: found the schema {found}, agreed was {expected}");
        }
    }

    /// <summary>Throws <see cref="ShuffleError.Invalid"/> unless the bytes are an encapsulated schema message.</summary>
    public static void RequireSchema(string subject, ReadOnlyMemory<byte> message)
    {
        try
        {
            if (Header(message) is { } header && MessageHeader.Peek(header.Span).Kind == MessageKind.Schema)
            {
                return;
            }
        }
        catch (InvalidDataException exception)
        {
            throw new ShuffleException(ShuffleError.Invalid, $"{subject}: an Arrow schema message that cannot be read: {exception.Message}", exception);
        }

        throw new ShuffleException(ShuffleError.Invalid, $"{subject}: {message.Length} bytes that are no encapsulated Arrow schema message");
    }

    /// <summary>The schema in an encapsulated message; null if it has types that are passed through, but not understood.</summary>
    private static Schema? TryRead(ReadOnlyMemory<byte> message)
    {
        try
        {
            var decoder = new MessageDecoder();
            decoder.Decode(Header(message) ?? ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty);
            return decoder.Schema;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte>? Header(ReadOnlyMemory<byte> message)
    {
        var length = message.Length < PrefixBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(message.Span[4..]);
        return length >= 0 && length <= message.Length - PrefixBytes && BinaryPrimitives.ReadUInt32LittleEndian(message.Span) == uint.MaxValue
            ? message.Slice(PrefixBytes, length)
            : (ReadOnlyMemory<byte>?)null;
    }
}
