using System.Globalization;

namespace Executor.Rendering;

/// <summary>Sizes and times for people.</summary>
internal static class Quantities
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Bytes with three significant digits: <c>0 B</c>, <c>1.5 KiB</c>, <c>512 MiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        var unit = 0;
        for (; value >= 1000 && unit < Units.Length - 1; unit++)
        {
            value /= 1024;
        }

        var format = unit == 0 || value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}";
    }

    /// <summary>An amount of memory that somebody asked for, with at most one decimal: <c>64 MiB</c>, <c>1.5 GiB</c>.</summary>
    public static string Memory(long bytes)
    {
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < Units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }

    /// <summary>Seconds: <c>0.31s</c>, <c>12.4s</c>, <c>3m05s</c>, <c>2h10m</c>.</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00}s"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0}s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60}m{(int)seconds % 60:00}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 3600}h{(int)seconds / 60 % 60:00}m"),
    };

    /// <summary>A part of a whole in percent; <c>-</c> of nothing.</summary>
    public static string Percent(double part, double whole) =>
        whole <= 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100 * part / whole:0}%");

    /// <summary>A number with so many decimals.</summary>
    public static string Fixed(double value, int decimals) => value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>A count with thousands set apart.</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
