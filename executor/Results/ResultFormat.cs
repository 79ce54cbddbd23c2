namespace Executor.Results;

/// <summary>The files that results are written as.</summary>
internal enum ResultFormat
{
    /// <summary>An Arrow IPC file, <c>.arrow</c>.</summary>
    Arrow,

    /// <summary>Comma-separated values with a heading, RFC 4180, <c>.csv</c>; a null is an empty field, an empty string is <c>""</c>.</summary>
    Csv,

    /// <summary>A JSON object a line, <c>.jsonl</c>.</summary>
    JsonLines,
}
