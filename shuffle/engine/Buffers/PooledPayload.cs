using System.Buffers;
using Executor.Contracts.Integrity;

namespace Executor.Shuffle.Engine.Buffers;

/// <summary>The bytes of one block in pooled memory. Filled once, then immutable until released.</summary>
public sealed class PooledPayload
{
    private const int StripBytes = 8 << 10;

    private List<(SlabArena.Slab Slab, Memory<byte> Memory)> _pieces;

    internal PooledPayload(List<(SlabArena.Slab Slab, Memory<byte> Memory)> pieces)
    {
        _pieces = pieces;
        var bytes = new ByteSequence();
        foreach (var (_, memory) in pieces)
        {
            bytes.Append(memory);
        }

        Bytes = bytes.ToSequence();
    }

    /// <summary>The bytes, while the payload is not released.</summary>
    public ReadOnlySequence<byte> Bytes { get; private set; }

    /// <summary>
    /// Copies the payload's bytes in and computes their CRC32C on the way, strip by strip so that each is summed while it is in the
    /// processor's first cache.
    /// </summary>
    /// <param name="source">As many bytes as this payload has.</param>
    public uint Fill(in ReadOnlySequence<byte> source)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, Bytes.Length);
        var state = Crc32C.Start;
        var rest = source;
        foreach (var (_, memory) in _pieces)
        {
            var target = memory.Span;
            while (target.Length > 0)
            {
                var strip = rest.FirstSpan[..Math.Min(Math.Min(rest.FirstSpan.Length, target.Length), StripBytes)];
                strip.CopyTo(target);
                state = Crc32C.Append(state, target[..strip.Length]);
                target = target[strip.Length..];
                rest = rest.Slice(strip.Length);
            }
        }

        return Crc32C.Finish(state);
    }

    /// <summary>Gives the memory back. Once.</summary>
    public void Release()
    {
        var pieces = Interlocked.Exchange(ref _pieces, []);
        Bytes = default;
        foreach (var (slab, _) in pieces)
        {
            slab.Release();
        }
    }
}
