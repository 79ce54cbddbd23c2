using System.Globalization;

namespace Executor.Sizing.Replaying;

/// <summary>
/// The values of Nextflow's trace files, raw (<c>12884901888</c>, <c>350</c>) or for people (<c>12 GB</c>, <c>3h 2m</c>). Nextflow's units of memory are powers of 1024.
/// Each method answers false for what is not such a value, negative numbers and those without an end among it.
/// </summary>
internal static class TraceCells
{
    private static readonly string[] MemoryUnits = ["B", "KB", "MB", "GB", "TB", "PB"];

    private static readonly (string Unit, double Milliseconds)[] TimeUnits =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>True for what stands in place of a value that is not known.</summary>
    public static bool IsUnknown(string cell) => cell is "" or "-" or "null" or "NA";

    /// <summary>Bytes.</summary>
    public static bool TryBytes(string cell, out double bytes)
    {
        var digits = cell.AsSpan().TrimEnd("BKMGTPi ");
        var unit = cell.AsSpan(digits.Length).Trim().ToString().Replace("i", "", StringComparison.Ordinal);
        var power = unit.Length == 0 ? 0 : Array.IndexOf(MemoryUnits, unit);
        return TryNumber(digits, out bytes) & power >= 0 && double.IsFinite(bytes *= Math.Pow(1024, power));
    }

    /// <summary>A length of time, in milliseconds.</summary>
    public static bool TryDuration(string cell, out double milliseconds)
    {
        if (TryNumber(cell, out milliseconds))
        {
            return true;
        }

        milliseconds = 0;
        foreach (var part in cell.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var digits = part.AsSpan().TrimEnd("msdh");
            var unit = part[digits.Length..];
            var scale = Array.Find(TimeUnits, known => known.Unit == unit).Milliseconds;
            if (scale == 0 || !TryNumber(digits, out var number))
            {
                return false;
            }

            milliseconds += number * scale;
        }

        return cell.Length > 0;
    }

    /// <summary>A point in time, in milliseconds since 1970; a date without a zone is taken as UTC.</summary>
    public static bool TryTime(string cell, out double milliseconds)
    {
        if (TryNumber(cell, out milliseconds))
        {
            return true;
        }

        var read = DateTime.TryParseExact(
            cell,
            ["yyyy-MM-dd HH:mm:ss.FFF", "yyyy-MM-dd'T'HH:mm:ss.FFFK"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time);
        milliseconds = (time - DateTime.UnixEpoch).TotalMilliseconds;
        return read && milliseconds >= 0;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
