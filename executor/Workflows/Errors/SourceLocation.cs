namespace Executor.Workflows.Errors;

/// <summary>A place in a text.</summary>
/// <param name="Line">Counted from one.</param>
/// <param name="Column">In UTF-16 code units, counted from one.</param>
internal readonly record struct SourcePosition(int Line, int Column) : IComparable<SourcePosition>
{
    /// <inheritdoc/>
    public int CompareTo(SourcePosition other) => (Line, Column).CompareTo((other.Line, other.Column));
}

/// <summary>A place in a workflow file.</summary>
/// <param name="Position">Where it is in the text.</param>
/// <param name="Path">The field's path, such as <c>spec.tasks[2].fanOut.over</c>; empty for the document.</param>
internal sealed record SourceLocation(SourcePosition Position, string Path);

/// <summary>A value and where it was written.</summary>
/// <param name="Value">The value.</param>
/// <param name="At">Where it was written.</param>
internal sealed record Located<T>(T Value, SourceLocation At);
