namespace Executor.Workflows.Errors;

/// <summary>One thing that is wrong with a workflow.</summary>
/// <param name="Location">Where; null where it is about the file as a whole, or about the command line.</param>
/// <param name="Message">What was found and what was expected.</param>
internal sealed record Diagnostic(SourceLocation? Location, string Message)
{
    /// <summary>The line for people: <c>file:line:column: path: message</c>.</summary>
    public string Format(string file) => Location switch
    {
        null => Message,
        { Path.Length: 0 } => $"{file}:{Location.Position.Line}:{Location.Position.Column}: {Message}",
        _ => $"{file}:{Location.Position.Line}:{Location.Position.Column}: {Location.Path}: {Message}",
    };
}
