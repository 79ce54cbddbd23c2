using System.Globalization;

namespace Executor.TestKit.Processes;

/// <summary>A process as <c>/proc</c> shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Parent">Its parent's id.</param>
/// <param name="State">proc(5): R runs, S sleeps, D waits for a disk, T is stopped, Z has ended and was not waited for.</param>
/// <param name="CommandLine">The program and its arguments, separated by spaces.</param>
public sealed record LinuxProcess(int Id, int Parent, char State, string CommandLine)
{
    /// <summary>True if it has ended, whether or not its parent has asked for its exit code.</summary>
    public bool HasEnded => State is 'Z' or 'X';

    /// <summary>All processes that can be seen. One that ends meanwhile is left out.</summary>
    public static IReadOnlyList<LinuxProcess> All() =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? Find(id) : null)
            .OfType<LinuxProcess>()];

    /// <summary>The process with this id; null if there is none.</summary>
    public static LinuxProcess? Find(int id)
    {
        // Behind the command's closing parenthesis, which may itself hold spaces: the state, then the parent.
        var stat = TryRead($"/proc/{id}/stat");
        if (stat?[(stat.LastIndexOf(')') + 2)..].Split(' ') is not [var state, var parent, ..])
        {
            return null;
        }

        var command = TryRead($"/proc/{id}/cmdline")?.TrimEnd('\0').Replace('\0', ' ') ?? "";
        return new LinuxProcess(id, int.Parse(parent, CultureInfo.InvariantCulture), state[0], command);
    }

    /// <summary>The process with this id and all that it has started, however indirectly, itself first.</summary>
    public static IReadOnlyList<LinuxProcess> Tree(int id)
    {
        var all = All();
        return [.. Below(id)];

        IEnumerable<LinuxProcess> Below(int one) => all.Where(p => p.Id == one).Concat(all.Where(p => p.Parent == one).SelectMany(child => Below(child.Id)));
    }

    /// <summary>Those that run and whose environment, as it was when they started, sets a variable to this value.</summary>
    public static IReadOnlyList<LinuxProcess> WithVariable(string name, string value)
    {
        var needle = $"{name}={value}";
        return [.. All().Where(p => !p.HasEnded && TryRead($"/proc/{p.Id}/environ")?.Split('\0').Contains(needle) == true)];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Id} (parent {Parent}, {State}) {CommandLine}";

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path) is { Length: > 0 } text ? text : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
