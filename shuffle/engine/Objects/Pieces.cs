namespace Executor.Shuffle.Engine.Objects;

/// <summary>Memory in several pieces that stand for one, as implementations of <see cref="IObjectStore.ScatterAsync"/> are given it.</summary>
public static class Pieces
{
    /// <summary>Copies bytes into pieces, one after the other, which are together at least as long.</summary>
    public static void Fill(IReadOnlyList<Memory<byte>> pieces, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        for (var i = 0; bytes.Length > 0; i++)
        {
            var count = Math.Min(bytes.Length, pieces[i].Length);
            bytes[..count].CopyTo(pieces[i].Span);
            bytes = bytes[count..];
        }
    }

    /// <summary>A part of the pieces: without so many bytes at their beginning, and so many bytes long. No piece of it is empty.</summary>
    public static IReadOnlyList<Memory<byte>> Part(IReadOnlyList<Memory<byte>> pieces, int skip, int count)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var part = new List<Memory<byte>>();
        foreach (var piece in pieces)
        {
            var skipped = Math.Min(skip, piece.Length);
            var taken = Math.Min(count, piece.Length - skipped);
            if (taken > 0)
            {
                part.Add(piece.Slice(skipped, taken));
            }

            skip -= skipped;
            count -= taken;
        }

        return part;
    }
}
