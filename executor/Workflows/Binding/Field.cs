using Executor.Workflows.Errors;
using Executor.Workflows.Yaml;

namespace Executor.Workflows.Binding;

/// <summary>A value and the path that leads to it.</summary>
/// <param name="Node">The value.</param>
/// <param name="Path">Its path, such as <c>spec.tasks[2].name</c>.</param>
internal sealed record Field(YamlNode Node, string Path)
{
    /// <summary>Where it stands.</summary>
    public SourceLocation At => new(Node.Position, Path);

    /// <summary>An element of this list.</summary>
    public Field Item(YamlNode node, int index) => new(node, $"{Path}[{index}]");

    /// <summary>A field of this mapping.</summary>
    public Field Child(YamlNode node, string name) => new(node, Path.Length == 0 ? name : $"{Path}.{name}");
}
