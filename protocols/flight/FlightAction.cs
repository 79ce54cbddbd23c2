using System.Text;

namespace Executor.Flight;

/// <summary>A request for something that a server does beside moving data.</summary>
/// <param name="type">The action's name.</param>
/// <param name="body">Its parameters; kept, not copied.</param>
public sealed class FlightAction(string type, ReadOnlyMemory<byte> body = default)
{
    /// <summary>An action whose parameters are UTF-8 text.</summary>
    public FlightAction(string type, string body)
        : this(type, Encoding.UTF8.GetBytes(body))
    {
    }

    /// <summary>The action's name.</summary>
    public string Type { get; } = type;

    /// <summary>Its parameters.</summary>
    public ReadOnlyMemory<byte> Body { get; } = body;
}
