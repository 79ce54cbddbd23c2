using System.Globalization;

namespace Executor.Benchmarks.Running;

/// <summary>Options as <c>--name value</c> pairs. What no one asked for is an error, so that a slip of the pen is not measured.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    internal static Options Parse(ReadOnlySpan<string> args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length)
            {
                throw new OptionException($"found '{args[i]}', expected --option value");
            }

            options._values[args[i][2..]] = args[i + 1];
        }

        return options;
    }

    internal string? Text(string name)
    {
        _asked.Add(name);
        return _values.GetValueOrDefault(name);
    }

    internal int Count(string name, int otherwise)
    {
        var text = Text(name);
        if (text is null)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new OptionException($"--{name}: found '{text}', expected a number of at least 1");
    }

    /// <summary>A number above 0 that need not be whole; null if it was not given.</summary>
    internal double? Number(string name) => Text(name) is not { } text ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new OptionException($"--{name}: found '{text}', expected a number above 0");

    /// <summary>Throws for an option that was given and that nothing has asked for.</summary>
    internal void RejectOthers()
    {
        if (_values.Keys.FirstOrDefault(name => !_asked.Contains(name)) is { } unknown)
        {
            throw new OptionException($"--{unknown}: there is no such option; 'list' names all");
        }
    }
}

/// <summary>The command line cannot be understood.</summary>
/// <param name="message">What was found and what was expected.</param>
internal sealed class OptionException(string message) : Exception(message);
