using System.Text.RegularExpressions;

namespace Architecture.Tests.Checks;

/// <summary>C# without what is not code: comments, string and character literals.</summary>
internal static partial class CodeText
{
    public static string WithoutNoise(string code) => Noise().Replace(code, " ");

    // Raw strings come first, since they contain quotes of every other kind.
    [GeneratedRegex("""
        ("{3,}).*?\1 | //[^\n]* | /\*.*?\*/ | (\$@|@\$?)"(?:[^"]|"")*" | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.[^'\n]*)'
        """, RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Noise();
}
