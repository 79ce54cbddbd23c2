namespace Executor.Workflows.Errors;

/// <summary>Gathers what is wrong with one workflow file, so that all of it can be told at once. Not thread-safe.</summary>
/// <param name="file">The file's name, as its user wrote it.</param>
internal sealed class DiagnosticList(string file)
{
    /// <summary>The most lines that are told; a file with more errors is likely no workflow at all.</summary>
    public const int MaxLines = 100;

    private const int Enough = 1000;

    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>The file's name, as its user wrote it.</summary>
    public string File { get; } = file;

    /// <summary>True if nothing is wrong so far.</summary>
    public bool IsEmpty => _diagnostics.Count == 0;

    /// <summary>True if so much is wrong that looking for more is a waste of time.</summary>
    public bool IsFull => _diagnostics.Count >= Enough;

    /// <summary>Adds what is wrong at a place of the file.</summary>
    public void Add(SourceLocation location, string message) => _diagnostics.Add(new Diagnostic(location, message));

    /// <summary>Adds what is wrong with the file as a whole.</summary>
    public void AddForFile(string message) => _diagnostics.Add(new Diagnostic(null, $"{File}: {message}"));

    /// <summary>Adds what is wrong with an argument of the command line.</summary>
    public void AddForArgument(string argument, string message) => _diagnostics.Add(new Diagnostic(null, $"{argument}: {message}"));

    /// <summary>All of it: first what has no place in the file, then by position.</summary>
    public IReadOnlyList<string> ToLines()
    {
        var lines = _diagnostics.OrderBy(d => d.Location?.Position ?? default).Select(d => d.Format(File)).Distinct().ToList();
        if (lines.Count > MaxLines)
        {
            var more = lines.Count - MaxLines;
            lines.RemoveRange(MaxLines, more);
            lines.Add($"{File}: {(IsFull ? "at least " : "")}{more} more errors");
        }

        return lines;
    }
}
