using Executor.Workflows.Errors;

namespace Executor.Workflows.Yaml;

/// <summary>A document that cannot be read any further.</summary>
/// <param name="position">Where.</param>
/// <param name="message">What was found and what was expected.</param>
internal sealed class YamlTreeException(SourcePosition position, string message) : Exception(message)
{
    /// <summary>Where.</summary>
    public SourcePosition Position { get; } = position;
}
