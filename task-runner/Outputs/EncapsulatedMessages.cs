using System.Buffers;
using System.Buffers.Binary;
using Executor.Arrow.Ipc;

namespace Executor.TaskRunner.Outputs;

/// <summary>Encapsulated messages as one sequence of bytes, over the memory that they are in: nothing but headers is copied.</summary>
internal static class EncapsulatedMessages
{
    private const int PrefixBytes = 8;
    private const int HeaderAlignment = 8;

    /// <summary>The bytes of these messages in order.</summary>
    public static ReadOnlySequence<byte> Sequence(params ReadOnlySpan<EncodedMessage> messages)
    {
        Segment? first = null;
        Segment? last = null;
        foreach (var message in messages)
        {
            Add(EncapsulatedHeader(message));
            foreach (var piece in message.Body)
            {
                Add(piece);
            }
        }

        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);

        void Add(ReadOnlyMemory<byte> memory)
        {
            if (memory.IsEmpty)
            {
                return;
            }

            last = new Segment(memory, last);
            first ??= last;
        }
    }

    // Continuation marker, length of the padded header, header (format: "Encapsulated message format").
    private static byte[] EncapsulatedHeader(EncodedMessage message)
    {
        var padded = (message.Header.Length + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;
        var bytes = new byte[PrefixBytes + padded];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, uint.MaxValue);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), padded);
        message.Header.Span.CopyTo(bytes.AsSpan(PrefixBytes));
        return bytes;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
