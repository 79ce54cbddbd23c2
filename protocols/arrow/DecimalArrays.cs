using System.Globalization;
using System.Numerics;
using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of decimal numbers.</summary>
public abstract class DecimalArray : FixedSizeBinaryArray
{
    private static readonly BigInteger MaximumMantissa = (BigInteger.One << 96) - 1;

    private protected DecimalArray(ArrayData data, ArrowTypeId expected)
        : base(data, expected) => Scale = ((DecimalType)data.DataType).Scale;

    /// <summary>Decimal digits in all.</summary>
    public int Precision => ((DecimalType)Data.DataType).Precision;

    /// <summary>Decimal digits after the point.</summary>
    public int Scale { get; }

    /// <summary>The value times ten to the power of <see cref="Scale"/>: what is stored. Null if the value is null.</summary>
    public BigInteger? GetUnscaledValue(int index) => IsNull(index) ? null : new BigInteger(GetBytes(index));

    /// <summary>The value as a .NET decimal; null if it is null.</summary>
    /// <exception cref="OverflowException">It has more digits than a .NET decimal holds.</exception>
    public decimal? GetValue(int index)
    {
        if (GetUnscaledValue(index) is not { } mantissa)
        {
            return null;
        }

        var scale = Scale;
        while (scale > 0 && (scale > 28 || BigInteger.Abs(mantissa) > MaximumMantissa) && mantissa % 10 == 0)
        {
            mantissa /= 10;
            scale--;
        }

        if (scale < 0)
        {
            mantissa *= BigInteger.Pow(10, -scale);
            scale = 0;
        }

        var magnitude = BigInteger.Abs(mantissa);
        if (scale > 28 || magnitude > MaximumMantissa)
        {
            throw new OverflowException($"{GetString(index)} has more digits than a .NET decimal holds");
        }

        var low = (ulong)(magnitude & ulong.MaxValue);
        var high = (uint)(magnitude >> 64);
        return new decimal((int)low, (int)(low >> 32), (int)high, mantissa.Sign < 0, (byte)scale);
    }

    /// <summary>All digits of the value in invariant notation, as in <c>-12.340</c>; null if it is null.</summary>
    public string? GetString(int index)
    {
        if (GetUnscaledValue(index) is not { } mantissa)
        {
            return null;
        }

        if (Scale <= 0)
        {
            return (mantissa * BigInteger.Pow(10, -Scale)).ToString(CultureInfo.InvariantCulture);
        }

        var digits = BigInteger.Abs(mantissa).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        return $"{(mantissa.Sign < 0 ? "-" : "")}{digits.AsSpan(0, digits.Length - Scale)}.{digits.AsSpan(digits.Length - Scale)}";
    }
}

/// <summary>A column of decimals of 32 bits.</summary>
/// <param name="data">Data of type <see cref="Decimal32Type"/>.</param>
public sealed class Decimal32Array(ArrayData data) : DecimalArray(data, ArrowTypeId.Decimal32)
{
    /// <summary>Collects decimals.</summary>
    /// <param name="type">The type, with precision and scale.</param>
    public new sealed class Builder(Decimal32Type type)
        : DecimalArrayBuilder<Decimal32Array, Builder>(type, data => new Decimal32Array(data));
}

/// <summary>A column of decimals of 64 bits.</summary>
/// <param name="data">Data of type <see cref="Decimal64Type"/>.</param>
public sealed class Decimal64Array(ArrayData data) : DecimalArray(data, ArrowTypeId.Decimal64)
{
    /// <summary>Collects decimals.</summary>
    /// <param name="type">The type, with precision and scale.</param>
    public new sealed class Builder(Decimal64Type type)
        : DecimalArrayBuilder<Decimal64Array, Builder>(type, data => new Decimal64Array(data));
}

/// <summary>A column of decimals of 128 bits.</summary>
/// <param name="data">Data of type <see cref="Decimal128Type"/>.</param>
public sealed class Decimal128Array(ArrayData data) : DecimalArray(data, ArrowTypeId.Decimal128)
{
    /// <summary>Collects decimals.</summary>
    /// <param name="type">The type, with precision and scale.</param>
    public new sealed class Builder(Decimal128Type type)
        : DecimalArrayBuilder<Decimal128Array, Builder>(type, data => new Decimal128Array(data));
}

/// <summary>A column of decimals of 256 bits.</summary>
/// <param name="data">Data of type <see cref="Decimal256Type"/>.</param>
public sealed class Decimal256Array(ArrayData data) : DecimalArray(data, ArrowTypeId.Decimal256)
{
    /// <summary>Collects decimals.</summary>
    /// <param name="type">The type, with precision and scale.</param>
    public new sealed class Builder(Decimal256Type type)
        : DecimalArrayBuilder<Decimal256Array, Builder>(type, data => new Decimal256Array(data));
}
