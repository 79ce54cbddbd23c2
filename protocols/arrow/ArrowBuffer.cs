namespace Executor.Arrow;

/// <summary>
/// Memory of an array that is not written to any more. Buffers live in managed memory and share it with what they were made from;
/// there is nothing to dispose of.
/// </summary>
/// <param name="memory">The bytes; they must not change from now on.</param>
public readonly partial struct ArrowBuffer(ReadOnlyMemory<byte> memory) : IEquatable<ArrowBuffer>
{
    /// <summary>No bytes. As a validity bitmap it means that all values are valid.</summary>
    public static ArrowBuffer Empty => default;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory { get; } = memory;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>How many bytes there are.</summary>
    public int Length => Memory.Length;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Memory.IsEmpty;

    /// <summary>Whether the bytes are the same; memory need not be shared.</summary>
    public static bool operator ==(ArrowBuffer left, ArrowBuffer right) => left.Equals(right);

    /// <summary>Whether any byte differs.</summary>
    public static bool operator !=(ArrowBuffer left, ArrowBuffer right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(ArrowBuffer other) => Memory.Equals(other.Memory) || Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ArrowBuffer other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }
}
