using System.Globalization;

namespace Executor.TaskRunner.Measuring;

/// <summary>Reads the kernel's small text files: one number, <c>name value</c> lines, <c>device key=value</c> lines. Null where one is missing.</summary>
internal static class CounterFile
{
    /// <summary>The file's text; null if it cannot be read.</summary>
    public static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A file that holds one number.</summary>
    public static long? ReadNumber(string path) => ParseNumber(ReadText(path));

    /// <summary>The number that a file has behind a name at a line's beginning (<c>oom_kill 1</c>, <c>VmHWM:   12 kB</c>).</summary>
    public static long? ReadNamed(string path, string name) => ReadText(path) is { } text ? FindNamed(text, name) : null;

    /// <summary>The number behind a name at a line's beginning.</summary>
    public static long? FindNamed(string text, string name)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or '\t' or ':')
            {
                return ParseNumber(FirstWord(line[(name.Length + 1)..].Trim()));
            }
        }

        return null;
    }

    /// <summary>The sum of the numbers behind <c>key=</c> on all lines of a file; null if there is no file.</summary>
    public static long? SumKeys(string path, string key)
    {
        if (ReadText(path) is not { } text)
        {
            return null;
        }

        long sum = 0;
        foreach (var word in text.AsSpan().SplitAny(' ', '\n'))
        {
            var part = text.AsSpan()[word];
            if (part.StartsWith(key, StringComparison.Ordinal))
            {
                sum += ParseNumber(part[key.Length..]) ?? 0;
            }
        }

        return sum;
    }

    /// <summary>The number behind <c>key=</c> on the line that begins with a word; null if there is none.</summary>
    public static long? ReadKey(string path, string word, string key)
    {
        if (ReadText(path) is not { } text)
        {
            return null;
        }

        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(word, StringComparison.Ordinal) && line.Length > word.Length && line[word.Length] == ' '
                && line.IndexOf(key, StringComparison.Ordinal) is > 0 and var at)
            {
                return ParseNumber(FirstWord(line[(at + key.Length)..]));
            }
        }

        return null;
    }

    /// <summary>The sum of the numbers on lines <c>DEVICE word NUMBER</c> with that word; null if there is no file.</summary>
    public static long? SumDevices(string path, string word)
    {
        if (ReadText(path) is not { } text)
        {
            return null;
        }

        long sum = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var device = line.IndexOf(' ');
            var rest = device < 0 ? default : line[(device + 1)..];
            if (rest.Length > word.Length && rest.StartsWith(word, StringComparison.Ordinal) && rest[word.Length] == ' ')
            {
                sum += ParseNumber(rest[(word.Length + 1)..]) ?? 0;
            }
        }

        return sum;
    }

    private static long? ParseNumber(ReadOnlySpan<char> text) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> text) => text.IndexOf(' ') is > 0 and var end ? text[..end] : text;
}
