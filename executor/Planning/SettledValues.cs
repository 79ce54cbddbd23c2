using System.Globalization;
using System.Text.RegularExpressions;
using Executor.Workflows.Errors;
using Executor.Workflows.Values;

namespace Executor.Planning;

/// <summary>
/// Values that may be written with parameters, settled: numbers, quantities, durations. A value that is wrong is an error with null; a
/// value that waits for a parameter without a value is null with no error.
/// </summary>
internal sealed partial class SettledValues(ParameterResolver parameters, DiagnosticList diagnostics)
{
    private const long MinMemoryBytes = 1 << 20;
    private const long MaxCpuMillicores = 1_000_000_000;
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(365);

    /// <summary>A text.</summary>
    public string? Text(Located<Template>? value) => value is null ? null : parameters.Expand(value.Value);

    /// <summary>A whole number within bounds.</summary>
    public int? Integer(Located<Template>? value, int min, int max)
    {
        if (Text(value) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        Mismatch(value!, text, $"a whole number from {min} to {max}");
        return null;
    }

    /// <summary>CPU in thousandths of a core.</summary>
    public long? Cpu(Located<Template>? value)
    {
        const string Expected = "an amount of CPU such as 2 or 500m";
        if (Text(value) is not { } text)
        {
            return null;
        }

        if (!Quantity.TryParse(text, out var cores) || cores * 1000 > MaxCpuMillicores)
        {
            Mismatch(value!, text, Expected);
        }
        else if (cores < 0.001m || decimal.Truncate(cores * 1000) != cores * 1000)
        {
            Mismatch(value!, text, $"{Expected}, in steps of 1m and at least 1m");
        }
        else
        {
            return (long)(cores * 1000);
        }

        return null;
    }

    /// <summary>Memory in bytes.</summary>
    public long? Memory(Located<Template>? value) => Bytes(value, "memory");

    /// <summary>Disk in bytes.</summary>
    public long? Disk(Located<Template>? value) => Bytes(value, "disk");

    /// <summary>An amount of data in bytes, at least one.</summary>
    public long? Data(Located<Template>? value) => Bytes(value, "data", 1, "1 byte");

    private long? Bytes(Located<Template>? value, string what, long min = MinMemoryBytes, string least = "1Mi")
    {
        if (Text(value) is not { } text)
        {
            return null;
        }

        if (!Quantity.TryParse(text, out var bytes) || bytes > long.MaxValue)
        {
            Mismatch(value!, text, $"an amount of {what} such as 256Mi{MeantMemory(text)}");
        }
        else if (bytes < min)
        {
            Mismatch(value!, text, $"an amount of {what} of at least {least}{MeantMemory(text)}");
        }
        else
        {
            return (long)decimal.Ceiling(bytes);
        }

        return null;
    }

    /// <summary>A duration of at least a second.</summary>
    public TimeSpan? Timeout(Located<Template>? value)
    {
        if (Text(value) is not { } text)
        {
            return null;
        }

        if (!Duration.TryParse(text, out var duration))
        {
            Mismatch(value!, text, "a duration such as 90s, 10m or 1h30m");
        }
        else if (duration < TimeSpan.FromSeconds(1) || duration > MaxTimeout)
        {
            Mismatch(value!, text, "a duration from 1s to 365d");
        }
        else
        {
            return duration;
        }

        return null;
    }

    /// <summary>Kubernetes' <c>m</c> is a thousandth of a byte, and its units have no B.</summary>
    private static string MeantMemory(string text)
    {
        if (MemoryByHabit().Match(text) is not { Success: true } habit)
        {
            return "";
        }

        var unit = habit.Groups[2].Value is { Length: > 0 } written ? written.ToUpperInvariant() : "M";
        return $" (did you mean '{habit.Groups[1].Value}{unit}i'?)";
    }

    [GeneratedRegex(@"^([1-9][0-9]*) ?([kmgt]?)(i?b)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MemoryByHabit();

    private void Mismatch(Located<Template> value, string text, string expected)
    {
        var origin = value.Value.IsConstant ? "" : $" (from {Quoted.Text(value.Value.Text)})";
        diagnostics.Add(value.At, $"found {Quoted.Text(text)}{origin}, expected {expected}");
    }
}
