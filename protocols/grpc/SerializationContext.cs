using System.Buffers;
using System.Buffers.Binary;

namespace Executor.Grpc;

/// <summary>
/// Where a serializer puts one message: first bytes that it writes to <see cref="GetBufferWriter"/>, then, with
/// <see cref="Complete(in ReadOnlySequence{byte})"/>, memory that is sent from where it lies. Used again for the next message of a
/// call; not thread-safe.
/// </summary>
public sealed class SerializationContext
{
    /// <summary>The length of the prefix that precedes every message: a flag and a big-endian length.</summary>
    internal const int PrefixLength = 5;

    private readonly ArrayBufferWriter<byte> _head = new(256);
    private bool _complete;

    internal SerializationContext() => Reset();

    /// <summary>The prefix and the written part; valid after <see cref="Seal"/>.</summary>
    internal ReadOnlyMemory<byte> Head => _head.WrittenMemory;

    /// <summary>The part that is sent from where it lies.</summary>
    internal ReadOnlySequence<byte> Tail { get; private set; }

    /// <summary>A writer for the message, or for what of it precedes the memory given on completion.</summary>
    public IBufferWriter<byte> GetBufferWriter() => _head;

    /// <summary>Ends the message with what was written.</summary>
    public void Complete() => Complete(ReadOnlySequence<byte>.Empty);

    /// <summary>Ends the message with an array that must not change until the message is sent.</summary>
    public void Complete(byte[] payload) => Complete(new ReadOnlySequence<byte>(payload));

    /// <summary>
    /// Ends the message with memory that is not copied here: it must stay valid and unchanged until the write that the message
    /// belongs to has completed.
    /// </summary>
    public void Complete(in ReadOnlySequence<byte> tail)
    {
        if (_complete)
        {
            throw new InvalidOperationException("The message is complete already.");
        }

        Tail = tail;
        _complete = true;
    }

    internal void Reset()
    {
        _head.ResetWrittenCount();
        _head.GetSpan(PrefixLength)[..PrefixLength].Clear();
        _head.Advance(PrefixLength);
        Tail = ReadOnlySequence<byte>.Empty;
        _complete = false;
    }

    /// <summary>Writes the length into the prefix and returns it.</summary>
    internal long Seal()
    {
        if (!_complete)
        {
            throw new InvalidOperationException("A serializer returned without completing its message.");
        }

        var length = _head.WrittenCount - PrefixLength + Tail.Length;
        if (length <= int.MaxValue)
        {
            var prefix = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_head.WrittenMemory).Span;
            BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)length);
        }

        return length;
    }
}
