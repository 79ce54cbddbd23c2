namespace Executor.Building;

/// <summary>A .NET task cannot be built. The message names the source and lists the compiler's errors.</summary>
internal sealed class TaskBuildException : Exception
{
    private const int MostErrorsShown = 20;

    public TaskBuildException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    public TaskBuildException(string source, IReadOnlyList<CompilerError> errors)
        : base(Describe(source, errors)) => Errors = errors;

    /// <summary>What the compiler says; empty where it was not reached.</summary>
    public IReadOnlyList<CompilerError> Errors { get; } = [];

    private static string Describe(string source, IReadOnlyList<CompilerError> errors)
    {
        var lines = errors.Take(MostErrorsShown).Select(error => $"\n  {error}");
        var rest = errors.Count > MostErrorsShown ? $"\n  and {errors.Count - MostErrorsShown} more" : "";
        return $"{source} does not build:{string.Concat(lines)}{rest}";
    }
}
