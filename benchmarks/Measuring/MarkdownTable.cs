namespace Executor.Benchmarks.Measuring;

/// <summary>A table that reads well as plain text and as Markdown. The first column is text, the others are figures.</summary>
/// <param name="header">The columns' names.</param>
internal sealed class MarkdownTable(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    internal void Add(params string[] cells)
    {
        if (cells.Length != header.Length)
        {
            throw new ArgumentException($"{cells.Length} cells, expected {header.Length}", nameof(cells));
        }

        _rows.Add(cells);
    }

    internal void WriteTo(TextWriter writer)
    {
        var widths = Enumerable.Range(0, header.Length).Select(column => Math.Max(3, _rows.Max(row => row[column].Length))).ToArray();
        for (var i = 0; i < _rows.Count; i++)
        {
            writer.WriteLine(Line(_rows[i], widths));
            if (i == 0)
            {
                writer.WriteLine("|" + string.Join('|', widths.Select((width, column) => new string('-', width + 1) + (column == 0 ? '-' : ':'))) + "|");
            }
        }
    }

    private static string Line(string[] cells, int[] widths) =>
        "| " + string.Join(" | ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))) + " |";
}
