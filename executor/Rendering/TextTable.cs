namespace Executor.Rendering;

/// <summary>Writes rows in aligned columns, two spaces apart, nothing behind the last. Line breaks in a cell are shown as spaces.</summary>
internal static class TextTable
{
    /// <summary>Writes the heading and the rows; all have the same number of cells.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<TextColumn> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] lines = [[.. columns.Select(column => column.Heading)], .. rows.Select(OneLine)];
        var widths = columns.Select((_, i) => lines.Max(line => line[i].Length)).ToArray();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, i) => columns[i].AlignRight ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            writer.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private static string[] OneLine(IReadOnlyList<string> row) => [.. row.Select(cell => cell.ReplaceLineEndings(" "))];
}

/// <summary>One column of a table.</summary>
/// <param name="Heading">What stands above it.</param>
/// <param name="AlignRight">True for numbers.</param>
internal sealed record TextColumn(string Heading, bool AlignRight = false)
{
    /// <summary>A column of texts.</summary>
    public static implicit operator TextColumn(string heading) => new(heading);
}
