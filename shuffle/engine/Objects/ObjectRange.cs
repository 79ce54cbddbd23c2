namespace Executor.Shuffle.Engine.Objects;

/// <summary>A part of an object: counted from its beginning, or its last bytes (the two forms of RFC 9110 section 14.1.2).</summary>
public readonly record struct ObjectRange
{
    private ObjectRange(long? offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Offset = offset;
        Length = length;
    }

    /// <summary>The first byte's place; null for the object's last bytes.</summary>
    public long? Offset { get; }

    /// <summary>How many bytes are wanted.</summary>
    public int Length { get; }

    /// <summary>A part that begins at an offset.</summary>
    public static ObjectRange From(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return new(offset, length);
    }

    /// <summary>The last bytes, or the whole object if it is shorter.</summary>
    public static ObjectRange Last(int length) => new(null, length);

    /// <summary>Where this range lies in an object of the given size: its first byte and its bytes, none of them behind the end.</summary>
    public (long Offset, int Count) Within(long objectLength)
    {
        var offset = Math.Min(Offset ?? Math.Max(0, objectLength - Length), objectLength);
        return (offset, (int)Math.Min(Length, objectLength - offset));
    }
}
