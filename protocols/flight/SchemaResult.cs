namespace Executor.Flight;

/// <summary>The schema of a data set.</summary>
/// <param name="schema">The schema as an encapsulated IPC message; kept, not copied.</param>
public sealed class SchemaResult(ReadOnlyMemory<byte> schema)
{
    /// <summary>The schema as an encapsulated IPC message.</summary>
    public ReadOnlyMemory<byte> Schema { get; } = schema;
}
