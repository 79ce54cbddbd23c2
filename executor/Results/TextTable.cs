namespace Executor.Results;

/// <summary>Lines up rows of text in columns for a terminal or a log.</summary>
internal sealed class TextTable(IReadOnlyList<TextColumn> columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; it must have as many cells as there are columns. Line breaks in a cell are shown as spaces.</summary>
    public void Add(params string[] cells)
    {
        if (cells.Length != columns.Count)
        {
            throw new ArgumentException($"a row of {cells.Length} cells does not fit {columns.Count} columns", nameof(cells));
        }

        _rows.Add([.. cells.Select(cell => cell.ReplaceLineEndings(" "))]);
    }

    /// <summary>Writes the heading, a rule and the rows.</summary>
    public void Write(TextWriter writer)
    {
        var widths = columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(column.Heading.Length).Max()).ToArray();
        WriteRow(writer, widths, [.. columns.Select(column => column.Heading)]);
        writer.WriteLine(string.Join("  ", widths.Select(width => new string('-', width))));
        foreach (var row in _rows)
        {
            WriteRow(writer, widths, row);
        }
    }

    private void WriteRow(TextWriter writer, int[] widths, string[] cells)
    {
        var padded = cells.Select((cell, i) => columns[i].AlignRight ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
        writer.WriteLine(string.Join("  ", padded).TrimEnd());
    }
}

/// <summary>One column of a table.</summary>
/// <param name="Heading">What stands above it.</param>
/// <param name="AlignRight">True for numbers.</param>
internal sealed record TextColumn(string Heading, bool AlignRight = false);
