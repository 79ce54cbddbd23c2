using System.Buffers;
using System.Globalization;

namespace Executor.Workflows.Values;

/// <summary>
/// A Kubernetes resource quantity: a decimal number with a decimal suffix (n, u, m, k, M, G, T, P, E), a binary one (Ki, Mi, Gi, Ti, Pi,
/// Ei) or an exponent (<c>1e6</c>).
/// </summary>
internal static class Quantity
{
    private const int MaxLength = 24;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Parses a quantity that is not negative; false where the text is none.</summary>
    public static bool TryParse(string text, out decimal value)
    {
        value = 0;
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        var digits = text.AsSpan().IndexOfAnyExcept(NumberCharacters) is >= 0 and var end ? end : text.Length;
        if (!decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || !TryScale(text[digits..], out var scale))
        {
            return false;
        }

        try
        {
            value = number * scale;
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private static bool TryScale(string suffix, out decimal scale)
    {
        scale = suffix switch
        {
            "n" => 0.000_000_001m,
            "u" => 0.000_001m,
            "m" => 0.001m,
            "" => 1m,
            "k" => 1e3m,
            "M" => 1e6m,
            "G" => 1e9m,
            "T" => 1e12m,
            "P" => 1e15m,
            "E" => 1e18m,
            "Ki" => 1L << 10,
            "Mi" => 1L << 20,
            "Gi" => 1L << 30,
            "Ti" => 1L << 40,
            "Pi" => 1L << 50,
            "Ei" => 1L << 60,
            _ => 0,
        };
        return scale > 0
            || (suffix.Length > 1 && suffix[0] is 'e' or 'E'
                && decimal.TryParse("1e" + suffix[1..], NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out scale) && scale > 0);
    }
}
