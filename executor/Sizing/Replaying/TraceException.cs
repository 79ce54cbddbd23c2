namespace Executor.Sizing.Replaying;

/// <summary>A trace cannot be read. The message names the file, the line, the column, what was found and what was expected.</summary>
internal sealed class TraceException(string file, int line, string problem) : Exception($"{file}:{line}: {problem}")
{
    /// <summary>The line, counted from 1; the heading is line 1.</summary>
    public int Line { get; } = line;
}
