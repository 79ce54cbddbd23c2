using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>
/// An exact amount of a resource (api/resource Quantity): a decimal number with one of the suffixes
/// <c>n u m k M G T P E</c>, <c>Ki Mi Gi Ti Pi Ei</c> or an exponent (<c>e3</c>, <c>E3</c>). As on the server, what is finer than a
/// thousand-millionth is rounded away from zero, and magnitudes above 2^63-1 become 2^63-1. Equality and order go by the amount alone: <c>1Gi</c>
/// equals <c>1024Mi</c>. The default value is 0.
/// </summary>
[JsonConverter(typeof(ResourceQuantityConverter))]
public readonly struct ResourceQuantity : IEquatable<ResourceQuantity>, IComparable<ResourceQuantity>
{
    private const int NanoDigits = 9;
    private const int MaxLength = 256;
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");
    private static readonly Int128 One = 1_000_000_000;
    private static readonly Int128 Max = long.MaxValue * One;

    // The canonical form keeps the family of suffixes that the amount was written in.
    private readonly Family _family;

    private ResourceQuantity(Int128 nanos, Family family)
    {
        Nanos = nanos;
        _family = family;
    }

    private enum Family : byte
    {
        Decimal,
        Binary,
        Exponent,
    }

    private Int128 Nanos { get; }

    /// <summary>An amount of bytes, written with binary suffixes.</summary>
    public static ResourceQuantity FromBytes(long bytes) => new(Limit(bytes * One), Family.Binary);

    /// <summary>An amount of processors in thousandths.</summary>
    public static ResourceQuantity FromMillicores(long millicores) => new(Limit(millicores * (One / 1000)), Family.Decimal);

    /// <summary>Reads an amount.</summary>
    /// <exception cref="FormatException">The text is not of the grammar; the message says what was found and expected.</exception>
    public static ResourceQuantity Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var value)
            ? value
            : throw new FormatException(
                $"found '{(text.Length > 40 ? text[..40] + "..." : text)}', expected a quantity: a number with one of the suffixes "
                + "n u m k M G T P E Ki Mi Gi Ti Pi Ei or an exponent, such as 1500m, 2Gi, 1e3");
    }

    /// <summary>Reads an amount; false when the text is not of the grammar.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ResourceQuantity value)
    {
        value = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return false;
        }

        var rest = text.AsSpan();
        var negative = rest[0] == '-';
        rest = negative || rest[0] == '+' ? rest[1..] : rest;
        var end = rest.IndexOfAnyExcept(NumberCharacters);
        var number = end < 0 ? rest : rest[..end];
        var dot = number.IndexOf('.');
        var fractionDigits = dot < 0 ? 0 : number.Length - dot - 1;
        var digits = dot < 0 ? number.ToString() : string.Concat(number[..dot], number[(dot + 1)..]);
        if (digits.Length == 0 || digits.Contains('.', StringComparison.Ordinal)
            || !TryReadSuffix(rest[number.Length..], out var family, out var exponent))
        {
            return false;
        }

        var mantissa = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        var nanos = family == Family.Binary
            ? Scale(mantissa << exponent, NanoDigits - fractionDigits)
            : Scale(mantissa, exponent - fractionDigits + NanoDigits);
        value = new ResourceQuantity(Limit(negative ? -nanos : nanos), family);
        return true;
    }

    /// <summary>Bytes, or whole units of any resource, rounded up (towards positive infinity).</summary>
    public long ToInt64() => (long)CeilingDivide(Nanos, One);

    /// <summary>Thousandths, such as millicores, rounded up (towards positive infinity).</summary>
    /// <exception cref="OverflowException">The amount is more than a 64-bit number of thousandths.</exception>
    public long ToMilli() => checked((long)CeilingDivide(Nanos, One / 1000));

    /// <summary>The exact amount; its 28 digits suffice for every amount.</summary>
    public decimal ToDecimal() => (decimal)Nanos / 1_000_000_000m;

    /// <summary>The sum, in the family of suffixes of the left amount; capped like every amount.</summary>
    public static ResourceQuantity operator +(ResourceQuantity left, ResourceQuantity right) =>
        new(Limit(left.Nanos + right.Nanos), left._family);

    /// <summary>The difference, in the family of suffixes of the left amount; capped like every amount.</summary>
    public static ResourceQuantity operator -(ResourceQuantity left, ResourceQuantity right) =>
        new(Limit(left.Nanos - right.Nanos), left._family);

    /// <summary>Whether the amounts are equal, however they are written.</summary>
    public static bool operator ==(ResourceQuantity left, ResourceQuantity right) => left.Equals(right);

    /// <summary>Whether the amounts differ.</summary>
    public static bool operator !=(ResourceQuantity left, ResourceQuantity right) => !left.Equals(right);

    /// <summary>Whether the left amount is less.</summary>
    public static bool operator <(ResourceQuantity left, ResourceQuantity right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left amount is more.</summary>
    public static bool operator >(ResourceQuantity left, ResourceQuantity right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left amount is not more.</summary>
    public static bool operator <=(ResourceQuantity left, ResourceQuantity right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left amount is not less.</summary>
    public static bool operator >=(ResourceQuantity left, ResourceQuantity right) => left.CompareTo(right) >= 0;

    /// <summary>By <see cref="Parse"/>.</summary>
    public static implicit operator ResourceQuantity(string text) => Parse(text);

    /// <inheritdoc/>
    public int CompareTo(ResourceQuantity other) => Nanos.CompareTo(other.Nanos);

    /// <inheritdoc/>
    public bool Equals(ResourceQuantity other) => Nanos == other.Nanos;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ResourceQuantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Nanos.GetHashCode();

    /// <summary>
    /// The canonical form, as the server writes it: no fraction, the largest suffix that keeps the number whole, the family of suffixes that it was
    /// read in; but binary amounts below 1024 or with a fraction are written with decimal suffixes.
    /// </summary>
    public override string ToString()
    {
        if (Nanos == 0)
        {
            return "0";
        }

        var isWhole = Nanos % One == 0;
        if (_family == Family.Binary && isWhole && Int128.Abs(Nanos) >= 1024 * One)
        {
            var units = Nanos / One;
            var power = 0;
            for (; units % 1024 == 0 && power < QuantitySuffix.Binary.Length - 1; power++)
            {
                units /= 1024;
            }

            return Text(units) + QuantitySuffix.Binary[power];
        }

        var mantissa = Nanos;
        var thousands = 0;
        for (; mantissa % 1000 == 0 && thousands < QuantitySuffix.Decimal.Length - 1; thousands++)
        {
            mantissa /= 1000;
        }

        var exponent = (thousands * 3) - NanoDigits;
        return _family == Family.Exponent
            ? Text(mantissa) + (exponent == 0 ? "" : "e" + exponent.ToString(CultureInfo.InvariantCulture))
            : Text(mantissa) + QuantitySuffix.Decimal[thousands];
    }

    private static string Text(Int128 value) => value.ToString(CultureInfo.InvariantCulture);

    private static bool TryReadSuffix(ReadOnlySpan<char> suffix, out Family family, out int exponent)
    {
        family = Family.Decimal;
        exponent = 0;
        if (suffix is ['e' or 'E', not 'i', ..])
        {
            family = Family.Exponent;
            const NumberStyles Signed = NumberStyles.AllowLeadingSign;
            return suffix.Length <= 8 && int.TryParse(suffix[1..], Signed, CultureInfo.InvariantCulture, out exponent);
        }

        for (var index = 0; index < QuantitySuffix.Decimal.Length; index++)
        {
            if (suffix.SequenceEqual(QuantitySuffix.Decimal[index]))
            {
                exponent = (index * 3) - NanoDigits;
                return true;
            }
        }

        for (var index = 1; index < QuantitySuffix.Binary.Length; index++)
        {
            if (suffix.SequenceEqual(QuantitySuffix.Binary[index]))
            {
                family = Family.Binary;
                exponent = index * 10;
                return true;
            }
        }

        return false;
    }

    /// <summary>Times a power of ten, rounded up. Powers that decide the result alone are not computed: they could be huge.</summary>
    private static BigInteger Scale(BigInteger value, int powerOfTen)
    {
        if (value.IsZero || powerOfTen == 0)
        {
            return value;
        }

        if (powerOfTen > 0)
        {
            return powerOfTen > 40 ? (BigInteger)Max + 1 : value * BigInteger.Pow(10, powerOfTen);
        }

        if (-powerOfTen > MaxLength + 40)
        {
            return BigInteger.One;
        }

        var quotient = BigInteger.DivRem(value, BigInteger.Pow(10, -powerOfTen), out var remainder);
        return remainder.IsZero ? quotient : quotient + 1;
    }

    private static Int128 Limit(BigInteger nanos) => (Int128)BigInteger.Clamp(nanos, -(BigInteger)Max, (BigInteger)Max);

    private static Int128 CeilingDivide(Int128 value, Int128 divisor)
    {
        var (quotient, remainder) = Int128.DivRem(value, divisor);
        return remainder > 0 ? quotient + 1 : quotient;
    }
}

internal static class QuantitySuffix
{
    /// <summary>By power of a thousand, from a thousand-millionth.</summary>
    public static readonly string[] Decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

    /// <summary>By power of 1024.</summary>
    public static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
}

/// <summary>Reads and writes an amount as JSON; public so that the contracts of custom resources can be generated in other projects. Thread-safe.</summary>
public sealed class ResourceQuantityConverter : JsonConverter<ResourceQuantity>
{
    /// <summary>Reads a string, as servers write it, or a plain number, as people and older objects have it.</summary>
    /// <exception cref="JsonException">It is neither, or not of the grammar.</exception>
    public override ResourceQuantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => reader.GetDecimal().ToString(CultureInfo.InvariantCulture),
            _ => throw new JsonException($"found {reader.TokenType}, expected a quantity"),
        };
        return ResourceQuantity.TryParse(text, out var value) ? value : throw new JsonException($"found '{text}', expected a quantity");
    }

    /// <summary>Writes a string.</summary>
    public override void Write(Utf8JsonWriter writer, ResourceQuantity value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
