namespace Executor.Flight;

/// <summary>Which data sets to list.</summary>
/// <param name="expression">An expression that the server understands; empty for all. Kept, not copied.</param>
public sealed class FlightCriteria(ReadOnlyMemory<byte> expression = default)
{
    /// <summary>An expression that the server understands; empty for all.</summary>
    public ReadOnlyMemory<byte> Expression { get; } = expression;
}
