using System.Globalization;
using System.Text.RegularExpressions;

namespace Executor.Building;

/// <summary>One error of a build.</summary>
/// <param name="File">The source file; null for an error of the build as a whole.</param>
/// <param name="Line">The line, from one; null where the error has no place.</param>
/// <param name="Column">The column, from one; null where the error has no place.</param>
/// <param name="Code">The code, as in <c>CS1002</c>; empty if it has none.</param>
/// <param name="Message">What is wrong.</param>
internal sealed partial record CompilerError(string? File, int? Line, int? Column, string Code, string Message)
{
    /// <summary>
    /// Finds the errors in what a build has printed, each once, in order. The forms are those of MSBuild's canonical error lines:
    /// <c>file(line,column): error CODE: message [project]</c>, with the place or the whole origin left out for wider errors.
    /// </summary>
    /// <param name="output">The lines that were printed.</param>
    /// <param name="renameFile">Maps a file's path to the one that people know.</param>
    public static IReadOnlyList<CompilerError> Parse(IEnumerable<string> output, Func<string, string> renameFile)
    {
        var errors = new List<CompilerError>();
        foreach (var line in output)
        {
            var match = ErrorLine().Match(line);
            if (!match.Success)
            {
                continue;
            }

            var origin = match.Groups["file"].Value.Trim();
            var error = new CompilerError(
                origin.Length > 0 && Path.IsPathRooted(origin) ? renameFile(origin) : null,
                Number(match.Groups["line"]),
                Number(match.Groups["column"]),
                match.Groups["code"].Value,
                match.Groups["message"].Value.Trim());
            if (!errors.Contains(error))
            {
                errors.Add(error);
            }
        }

        return errors;
    }

    /// <summary>The error on one line, as in <c>Q1.cs(12,5): CS1002: ; expected</c>.</summary>
    public override string ToString()
    {
        var place = File is null ? "" : Line is null ? $"{File}: " : $"{File}({Line},{Column}): ";
        return Code.Length == 0 ? $"{place}{Message}" : $"{place}{Code}: {Message}";
    }

    private static int? Number(Group group) => group.Success ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(
        @"^\s*(?<file>[^(:]*?)\s*(\((?<line>\d+),(?<column>\d+)(,\d+,\d+)?\))?\s*:\s*error\s*(?<code>[A-Za-z]+\d+)?\s*:"
        + @"\s*(?<message>.*?)\s*(\[[^\[\]]*proj(::[^\]]*)?\])?\s*$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex ErrorLine();
}
