using System.Globalization;
using System.Numerics;
using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>Collects decimals of one precision and scale.</summary>
/// <typeparam name="TArray">What is built.</typeparam>
/// <typeparam name="TBuilder">The builder itself.</typeparam>
public abstract class DecimalArrayBuilder<TArray, TBuilder> : FixedSizeBinaryArrayBuilder<TArray, TBuilder>
    where TArray : IArrowArray
    where TBuilder : DecimalArrayBuilder<TArray, TBuilder>
{
    private const int WidestBytes = 32;
    private readonly DecimalType _type;
    private readonly BigInteger _limit;

    private protected DecimalArrayBuilder(DecimalType type, Func<ArrayData, TArray> create)
        : base(type, create)
    {
        _type = type;
        _limit = BigInteger.Pow(10, type.Precision);
    }

    /// <summary>Adds a number.</summary>
    /// <exception cref="OverflowException">The type has too few digits before or after the point for it.</exception>
    public TBuilder Append(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var mantissa = ((BigInteger)(uint)parts[2] << 64) | ((BigInteger)(uint)parts[1] << 32) | (uint)parts[0];
        var shift = _type.Scale - value.Scale;
        if (shift >= 0)
        {
            mantissa *= BigInteger.Pow(10, shift);
        }
        else
        {
            mantissa = BigInteger.DivRem(mantissa, BigInteger.Pow(10, -shift), out var lost);
            if (!lost.IsZero)
            {
                throw new OverflowException(
                    $"{value.ToString(CultureInfo.InvariantCulture)} has more digits after the point than {_type} holds");
            }
        }

        return AppendUnscaled(value < 0 ? -mantissa : mantissa);
    }

    /// <summary>Adds a number, or a null.</summary>
    public TBuilder Append(decimal? value) => value is { } present ? Append(present) : AppendNull();

    /// <summary>Adds the number <paramref name="mantissa"/> divided by ten to the power of the type's scale.</summary>
    /// <exception cref="OverflowException">It has more digits than the type's precision.</exception>
    public TBuilder AppendUnscaled(BigInteger mantissa)
    {
        if (BigInteger.Abs(mantissa) >= _limit)
        {
            throw new OverflowException($"the unscaled value {mantissa} has more digits than {_type} holds");
        }

        Span<byte> bytes = stackalloc byte[WidestBytes];
        bytes.Fill(mantissa.Sign < 0 ? (byte)0xFF : (byte)0);
        mantissa.TryWriteBytes(bytes, out _);
        return Append(bytes[.._type.ByteWidth]);
    }
}
