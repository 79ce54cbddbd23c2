using System.Security.Cryptography;
using System.Text;

namespace Executor.Shuffle.Engine.Records;

/// <summary>
/// Where things lie in the object store: everything of a run below <c>{hh}/{run}/</c>, where hh are the first two hex digits of the SHA-256 of
/// the run's id, which spreads runs over an object store's partitions; and one marker <c>runs/{run}</c>, made first and deleted last.
/// </summary>
public static class ObjectKeys
{
    private const int HashDigits = 2;

    /// <summary>The prefix of the markers.</summary>
    public const string Markers = "runs/";

    /// <summary>The folder of a run's segments; no record's key begins with it.</summary>
    public const string SegmentFolder = "segments/";

    /// <summary>The prefix of everything of a run.</summary>
    public static string Run(string run)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(run), hash);
        return $"{Convert.ToHexStringLower(hash[..1])}/{run}/";
    }

    /// <summary>The marker of a run.</summary>
    public static string Marker(string run) => Markers + run;

    /// <summary>The prefix of a run's segments.</summary>
    public static string Segments(string run) => Run(run) + SegmentFolder;

    /// <summary>A segment.</summary>
    public static string Segment(string run, string name) => Segments(run) + name;

    /// <summary>The run that an object, or a prefix of objects, belongs to; null where it is none's.</summary>
    public static string? RunOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.StartsWith(Markers, StringComparison.Ordinal))
        {
            return key.Length > Markers.Length ? key[Markers.Length..] : null;
        }

        var end = key.Length > HashDigits + 1 && key[HashDigits] == '/' ? key.IndexOf('/', HashDigits + 1) : -1;
        return end > HashDigits + 1 ? key[(HashDigits + 1)..end] : null;
    }

    /// <summary>A record, by its key relative to the run.</summary>
    public static string Record(string run, string key) => Run(run) + key;
}
