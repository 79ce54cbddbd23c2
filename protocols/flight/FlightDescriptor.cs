using System.Text;

namespace Executor.Flight;

/// <summary>How a <see cref="FlightDescriptor"/> names a data set.</summary>
public enum FlightDescriptorType
{
    /// <summary>The peer gave no type that this version of the protocol knows.</summary>
    Unknown = 0,

    /// <summary>By a path, like that of a file.</summary>
    Path = 1,

    /// <summary>By an opaque command that the server understands.</summary>
    Command = 2,
}

/// <summary>The name of a data set. Immutable, provided that the command's bytes are not changed.</summary>
public sealed class FlightDescriptor
{
    internal FlightDescriptor(FlightDescriptorType type, IReadOnlyList<string> paths, ReadOnlyMemory<byte> command)
    {
        Type = type;
        Paths = paths;
        Command = command;
    }

    /// <summary>Whether <see cref="Paths"/> or <see cref="Command"/> holds the name.</summary>
    public FlightDescriptorType Type { get; }

    /// <summary>The parts of the path; empty for a command.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The command; empty for a path.</summary>
    public ReadOnlyMemory<byte> Command { get; }

    /// <summary>A data set named by a path.</summary>
    public static FlightDescriptor CreatePathDescriptor(params IEnumerable<string> paths) => new(FlightDescriptorType.Path, [.. paths], default);

    /// <summary>A data set named by a command; the bytes are kept, not copied.</summary>
    public static FlightDescriptor CreateCommandDescriptor(ReadOnlyMemory<byte> command) => new(FlightDescriptorType.Command, [], command);

    /// <summary>A data set named by a command in UTF-8.</summary>
    public static FlightDescriptor CreateCommandDescriptor(string command) => CreateCommandDescriptor(Encoding.UTF8.GetBytes(command));

    /// <summary>The path, or the command's length.</summary>
    public override string ToString() => Type == FlightDescriptorType.Path ? string.Join('/', Paths) : $"{Type} of {Command.Length} bytes";
}
