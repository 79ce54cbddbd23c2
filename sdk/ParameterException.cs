namespace Executor.Sdk;

/// <summary>A parameter is missing, or is not what the task expects. The message names it, its value and what was expected.</summary>
/// <param name="parameter">The parameter's name.</param>
/// <param name="message">The whole message.</param>
/// <param name="value">The parameter's value; null if it is missing.</param>
public sealed class ParameterException(string parameter, string message, string? value = null) : Exception(message)
{
    /// <summary>The parameter's name.</summary>
    public string Parameter { get; } = parameter;

    /// <summary>The value that was found; null if there is no such parameter.</summary>
    public string? Value { get; } = value;
}
