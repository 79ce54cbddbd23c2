using Executor.Arrow.Types;

namespace Executor.Sdk;

/// <summary>A task gave one of its outputs something else than it had declared.</summary>
public sealed class InvalidOutputException : Exception
{
    /// <summary>Says what is wrong with which output.</summary>
    public InvalidOutputException(string output, string message)
        : base($"output '{output}': {message}") => Output = output;

    /// <summary>Two schemas where there can be one.</summary>
    public InvalidOutputException(string output, Schema declared, Schema found)
        : base($"output '{output}' has the schema\n  {declared}\nbut was given\n  {found}") => Output = output;

    /// <summary>The output's name.</summary>
    public string Output { get; }
}
