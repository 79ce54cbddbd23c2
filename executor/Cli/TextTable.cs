namespace Executor.Cli;

/// <summary>Writes rows in aligned columns, two spaces apart, nothing behind the last.</summary>
internal static class TextTable
{
    /// <summary>Writes the heading and the rows; all have the same number of cells.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<string> heading, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = heading.Select((title, column) => rows.Select(r => r[column].Length).Append(title.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(heading))
        {
            writer.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
