namespace EndToEnd.Tests.Harness;

/// <summary>
/// What a store keeps in a directory, looked at from outside while it runs: the objects of run R below <c>objects/hh/R/</c>, by the keys of
/// docs/protocol.md.
/// </summary>
public static class StoreFolder
{
    /// <summary>The segments of a run.</summary>
    public static IReadOnlyList<string> Segments(string store, string run) => Objects(store, run, "segments");

    /// <summary>The objects of a run whose key begins with this folder; none while there is no such run.</summary>
    public static IReadOnlyList<string> Objects(string store, string run, string folder)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories(Path.Combine(store, "objects")).Select(shard => Path.Combine(shard, run, folder)).Where(Directory.Exists)
                    .SelectMany(path => Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
