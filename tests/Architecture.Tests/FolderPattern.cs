using System.Text.RegularExpressions;

namespace Architecture.Tests;

/// <summary>The wildcards of <see cref="Rules"/>: a star stands for one or more path segments, or for a part of one.</summary>
internal static class FolderPattern
{
    public static bool Matches(string folder, string pattern) => Regex.IsMatch(folder, $"^{Translate(pattern)}$", RegexOptions.IgnoreCase);

    /// <summary>Whether the path is the folder, or a file or folder below it.</summary>
    public static bool IsBelow(string path, string pattern) =>
        pattern.Length == 0 || Regex.IsMatch(path, $"^{Translate(pattern)}(/|$)", RegexOptions.IgnoreCase);

    private static string Translate(string pattern) => Regex.Escape(pattern).Replace("\\*", ".+", StringComparison.Ordinal);
}
