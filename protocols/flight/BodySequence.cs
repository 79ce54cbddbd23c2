using System.Buffers;

namespace Executor.Flight;

/// <summary>Slices of memory as one sequence, without a copy.</summary>
public static class BodySequence
{
    /// <summary>Joins slices in order; empty ones are left out.</summary>
    public static ReadOnlySequence<byte> Join(params IEnumerable<ReadOnlyMemory<byte>> slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        Segment? first = null;
        Segment? last = null;
        foreach (var slice in slices)
        {
            if (!slice.IsEmpty)
            {
                last = new Segment(slice, last);
                first ??= last;
            }
        }

        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
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
