namespace Executor.Arrow.Types;

/// <summary>
/// A decimal number: an integer in two's complement, little-endian, divided by ten to the power of <see cref="Scale"/>.
/// </summary>
public abstract class DecimalType : FixedSizeBinaryType
{
    // The format sets no limit; this one keeps the digits of a value from filling the memory.
    private const int MaximumScale = 1000;

    private protected DecimalType(int bitWidth, int maximumPrecision, int precision, int scale)
        : base(bitWidth / 8)
    {
        if (precision < 1 || precision > maximumPrecision)
        {
            throw new ArgumentOutOfRangeException(
                nameof(precision), precision, $"a decimal of {bitWidth} bits has a precision from 1 to {maximumPrecision}");
        }

        if (scale is < -MaximumScale or > MaximumScale)
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, $"a decimal has a scale from {-MaximumScale} to {MaximumScale}");
        }

        Precision = precision;
        Scale = scale;
    }

    /// <summary>Decimal digits in all.</summary>
    public int Precision { get; }

    /// <summary>Decimal digits after the point, -1000 to 1000.</summary>
    public int Scale { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}({Precision}, {Scale})";

    private protected override bool ParametersEqual(ArrowType other) =>
        other is DecimalType decimalType && Precision == decimalType.Precision && Scale == decimalType.Scale;
}

/// <summary>A decimal of 32 bits: up to 9 digits.</summary>
/// <param name="precision">Decimal digits in all, 1 to 9.</param>
/// <param name="scale">Decimal digits after the point, -1000 to 1000.</param>
public sealed class Decimal32Type(int precision, int scale) : DecimalType(32, 9, precision, scale)
{
    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Decimal32;

    /// <inheritdoc/>
    public override string Name => "decimal32";
}

/// <summary>A decimal of 64 bits: up to 18 digits.</summary>
/// <param name="precision">Decimal digits in all, 1 to 18.</param>
/// <param name="scale">Decimal digits after the point, -1000 to 1000.</param>
public sealed class Decimal64Type(int precision, int scale) : DecimalType(64, 18, precision, scale)
{
    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Decimal64;

    /// <inheritdoc/>
    public override string Name => "decimal64";
}

/// <summary>A decimal of 128 bits: up to 38 digits.</summary>
/// <param name="precision">Decimal digits in all, 1 to 38.</param>
/// <param name="scale">Decimal digits after the point, -1000 to 1000.</param>
public sealed class Decimal128Type(int precision, int scale) : DecimalType(128, 38, precision, scale)
{
    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Decimal128;

    /// <inheritdoc/>
    public override string Name => "decimal128";
}

/// <summary>A decimal of 256 bits: up to 76 digits.</summary>
/// <param name="precision">Decimal digits in all, 1 to 76.</param>
/// <param name="scale">Decimal digits after the point, -1000 to 1000.</param>
public sealed class Decimal256Type(int precision, int scale) : DecimalType(256, 76, precision, scale)
{
    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Decimal256;

    /// <inheritdoc/>
    public override string Name => "decimal256";
}
