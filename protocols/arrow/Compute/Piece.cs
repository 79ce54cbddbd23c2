namespace Executor.Arrow.Compute;

/// <summary>A part of an array: <paramref name="Length"/> of its values from <paramref name="Start"/> on.</summary>
internal readonly record struct Piece(ArrayData Data, int Start, int Length)
{
    /// <summary>Where the first value is in the buffers.</summary>
    public int First => Data.Offset + Start;

    public int NullCount => Length == Data.Length ? Data.NullCount : Data.CountNulls(Start, Length);

    /// <summary>The bytes of values of a fixed width.</summary>
    public ReadOnlySpan<byte> Values(int width) => Length == 0 ? [] : Data.BufferSpan(1).Slice(First * width, Length * width);
}
