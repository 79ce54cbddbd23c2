using System.Buffers;

namespace Executor.Shuffle.Engine.Buffers;

/// <summary>Strings pieces of memory together into one sequence without copying them.</summary>
public sealed class ByteSequence
{
    private Piece? _first;
    private Piece? _last;

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>Puts a piece at the end.</summary>
    public void Append(ReadOnlyMemory<byte> memory)
    {
        if (memory.IsEmpty)
        {
            return;
        }

        _last = new Piece(memory, Length, _last);
        _first ??= _last;
        Length += memory.Length;
    }

    /// <summary>Puts pieces at the end.</summary>
    public void Append(in ReadOnlySequence<byte> sequence)
    {
        foreach (var memory in sequence)
        {
            Append(memory);
        }
    }

    /// <summary>The pieces as one sequence.</summary>
    public ReadOnlySequence<byte> ToSequence() =>
        _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, 0, _last!, _last!.Memory.Length);

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        internal Piece(ReadOnlyMemory<byte> memory, long runningIndex, Piece? previous)
        {
            Memory = memory;
            RunningIndex = runningIndex;
            if (previous is not null)
            {
                previous.Next = this;
            }
        }
    }
}
