namespace Executor.Contracts.Descriptors;

/// <summary>Tells a body where one of its inputs or outputs is.</summary>
/// <param name="Name"><c>task.output</c> for an input, the output's name for an output.</param>
/// <param name="Path">The file's full path, or <c>-</c> for standard input or output.</param>
/// <param name="Format">The bytes there.</param>
public sealed record DataBinding(string Name, string Path, DataFormat Format);
