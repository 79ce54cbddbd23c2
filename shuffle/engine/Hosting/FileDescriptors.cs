using System.Globalization;

namespace Executor.Shuffle.Engine.Hosting;

/// <summary>How many files and sockets this process may have open at a time.</summary>
internal static class FileDescriptors
{
    private const string Limits = "/proc/self/limits";
    private const string Name = "Max open files";

    /// <summary>The soft limit, which the runtime raises to the hard one at its start; null where the system does not say, or there is none.</summary>
    internal static long? Limit => File.Exists(Limits) ? Parse(File.ReadLines(Limits)) : null;

    /// <summary>Reads the limit from lines as of proc(5).</summary>
    internal static long? Parse(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.StartsWith(Name, StringComparison.Ordinal)
                && line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
                && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            {
                return limit;
            }
        }

        return null;
    }
}
