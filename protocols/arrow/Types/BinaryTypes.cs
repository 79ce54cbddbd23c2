namespace Executor.Arrow.Types;

/// <summary>UTF-8 text with 32-bit offsets: at most 2 GiB an array.</summary>
public sealed class StringType : ArrowType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly StringType Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.String;

    /// <inheritdoc/>
    public override string Name => "string";
}

/// <summary>UTF-8 text with 64-bit offsets.</summary>
public sealed class LargeStringType : ArrowType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly LargeStringType Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.LargeString;

    /// <inheritdoc/>
    public override string Name => "large_string";
}

/// <summary>Bytes with 32-bit offsets: at most 2 GiB an array.</summary>
public sealed class BinaryType : ArrowType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly BinaryType Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Binary;

    /// <inheritdoc/>
    public override string Name => "binary";
}

/// <summary>Bytes with 64-bit offsets.</summary>
public sealed class LargeBinaryType : ArrowType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly LargeBinaryType Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.LargeBinary;

    /// <inheritdoc/>
    public override string Name => "large_binary";
}

/// <summary>Byte strings that all have one length.</summary>
public class FixedSizeBinaryType : FixedWidthType
{
    /// <summary>A type of <paramref name="byteWidth"/> bytes a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The width is negative.</exception>
    public FixedSizeBinaryType(int byteWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteWidth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(byteWidth, int.MaxValue / 8);
        ByteWidth = byteWidth;
    }

    /// <summary>Bytes a value takes.</summary>
    public int ByteWidth { get; }

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.FixedSizedBinary;

    /// <inheritdoc/>
    public override string Name => "fixed_size_binary";

    /// <inheritdoc/>
    public override int BitWidth => ByteWidth * 8;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}[{ByteWidth}]";

    private protected override bool ParametersEqual(ArrowType other) => ByteWidth == ((FixedSizeBinaryType)other).ByteWidth;
}
