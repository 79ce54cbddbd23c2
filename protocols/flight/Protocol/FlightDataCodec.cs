using System.Buffers;
using Executor.Grpc;
using Google.Protobuf;

namespace Executor.Flight.Protocol;

/// <summary>
/// <c>FlightData</c> as protobuf, written and read without copying its body:
/// <code>
/// 1     0A      FlightDescriptor flight_descriptor
/// 2     12      bytes data_header
/// 3     1A      bytes app_metadata
/// 1000  C2 3E   bytes data_body, last
/// </code>
/// </summary>
internal static class FlightDataCodec
{
    private const uint DescriptorTag = (1 << 3) | LengthDelimited;
    private const uint HeaderTag = (2 << 3) | LengthDelimited;
    private const uint AppMetadataTag = (3 << 3) | LengthDelimited;
    private const uint BodyTag = (1000 << 3) | LengthDelimited;

    private const uint Varint = 0;
    private const uint Fixed64 = 1;
    private const uint LengthDelimited = 2;
    private const uint Fixed32 = 5;

    private const int MaxVarintLength = 10;

    public static void Write(FlightData message, SerializationContext context)
    {
        var writer = context.GetBufferWriter();
        if (message.Descriptor is { } descriptor)
        {
            var wire = MessageConversions.ToWire(descriptor);
            WriteLength(writer, DescriptorTag, wire.CalculateSize());
            wire.WriteTo(writer);
        }

        WriteBytes(writer, HeaderTag, message.DataHeader);
        WriteBytes(writer, AppMetadataTag, message.AppMetadata);
        if (!message.DataBody.IsEmpty)
        {
            WriteLength(writer, BodyTag, message.DataBody.Length);
        }

        context.Complete(message.DataBody);
    }

    public static FlightData Read(DeserializationContext context) => Read(context.PayloadAsReadOnlySequence());

    /// <exception cref="InvalidDataException">The bytes are not a FlightData.</exception>
    public static FlightData Read(in ReadOnlySequence<byte> payload)
    {
        FlightDescriptor? descriptor = null;
        var header = ReadOnlySequence<byte>.Empty;
        var appMetadata = ReadOnlySequence<byte>.Empty;
        var body = ReadOnlySequence<byte>.Empty;
        var reader = new SequenceReader<byte>(payload);
        while (!reader.End)
        {
            var tag = ReadVarint(ref reader);
            switch (tag)
            {
                case DescriptorTag:
                    descriptor = ReadDescriptor(ReadBytes(ref reader, "flight_descriptor"));
                    break;
                case HeaderTag:
                    header = ReadBytes(ref reader, "data_header");
                    break;
                case AppMetadataTag:
                    appMetadata = ReadBytes(ref reader, "app_metadata");
                    break;
                case BodyTag:
                    body = ReadBytes(ref reader, "data_body");
                    break;
                default:
                    Skip(ref reader, tag);
                    break;
            }
        }

        return new FlightData { Descriptor = descriptor, DataHeader = header, AppMetadata = appMetadata, DataBody = body };
    }

    private static FlightDescriptor ReadDescriptor(in ReadOnlySequence<byte> bytes)
    {
        try
        {
            return MessageConversions.FromWire(Wire.FlightDescriptor.Parser.ParseFrom(bytes));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"The flight_descriptor of a FlightData is not one: {e.Message}", e);
        }
    }

    private static ReadOnlySequence<byte> ReadBytes(ref SequenceReader<byte> reader, string field)
    {
        var length = ReadVarint(ref reader);
        if (length > (ulong)reader.Remaining)
        {
            throw new InvalidDataException($"The {field} of a FlightData has a length of {length} bytes, and {reader.Remaining} bytes follow.");
        }

        var bytes = reader.UnreadSequence.Slice(0, (long)length);
        reader.Advance((long)length);
        return bytes;
    }

    private static void Skip(ref SequenceReader<byte> reader, ulong tag)
    {
        switch (tag & 7)
        {
            case Varint:
                ReadVarint(ref reader);
                break;
            case Fixed64:
                Advance(ref reader, sizeof(ulong));
                break;
            case LengthDelimited:
                ReadBytes(ref reader, $"field {tag >> 3}");
                break;
            case Fixed32:
                Advance(ref reader, sizeof(uint));
                break;
            default:
                throw new InvalidDataException($"Field {tag >> 3} of a FlightData has wire type {tag & 7}, which does not occur in proto3.");
        }
    }

    private static void Advance(ref SequenceReader<byte> reader, int count)
    {
        if (reader.Remaining < count)
        {
            throw Truncated();
        }

        reader.Advance(count);
    }

    private static ulong ReadVarint(ref SequenceReader<byte> reader)
    {
        var value = 0UL;
        for (var index = 0; index < MaxVarintLength; index++)
        {
            if (!reader.TryRead(out var next))
            {
                throw Truncated();
            }

            value |= (ulong)(next & 0x7F) << (7 * index);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number in a FlightData is longer than 10 bytes.");
    }

    private static InvalidDataException Truncated() => new("A FlightData ends in the middle of a field.");

    private static void WriteBytes(IBufferWriter<byte> writer, uint tag, in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        WriteLength(writer, tag, bytes.Length);
        foreach (var segment in bytes)
        {
            writer.Write(segment.Span);
        }
    }

    private static void WriteLength(IBufferWriter<byte> writer, uint tag, long length)
    {
        var span = writer.GetSpan(2 * MaxVarintLength);
        var written = WriteVarint(span, tag);
        written += WriteVarint(span[written..], (ulong)length);
        writer.Advance(written);
    }

    private static int WriteVarint(Span<byte> span, ulong value)
    {
        var index = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[index++] = (byte)(value | 0x80);
        }

        span[index++] = (byte)value;
        return index;
    }
}
