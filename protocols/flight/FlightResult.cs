using System.Text;

namespace Executor.Flight;

/// <summary>One result of an action. The bytes are kept, not copied.</summary>
/// <param name="body">The result's bytes.</param>
public sealed class FlightResult(ReadOnlyMemory<byte> body)
{
    /// <summary>A result of UTF-8 text.</summary>
    public FlightResult(string body)
        : this(Encoding.UTF8.GetBytes(body))
    {
    }

    /// <summary>The result's bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; } = body;
}
