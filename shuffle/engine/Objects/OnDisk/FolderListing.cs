namespace Executor.Shuffle.Engine.Objects.OnDisk;

/// <summary>Reads one folder of a <see cref="DirectoryObjectStore"/>.</summary>
internal static class FolderListing
{
    /// <summary>
    /// What a folder holds that may begin or continue a prefix, in the order of keys: objects with their length, folders as a key that ends
    /// with '/' and a length of -1.
    /// </summary>
    /// <param name="root">The path that keys are relative to.</param>
    /// <param name="folder">The folder's key, empty or with a '/' at its end.</param>
    /// <param name="prefix">The prefix that is listed.</param>
    internal static List<(string Key, long Length)> Read(string root, string folder, string prefix)
    {
        var keys = new List<(string Key, long Length)>();
        try
        {
            foreach (var item in new DirectoryInfo(Path.Combine(root, folder)).EnumerateFileSystemInfos())
            {
                var key = folder + (item is FileInfo ? item.Name : item.Name + "/");
                if (!key.StartsWith(prefix, StringComparison.Ordinal) && !prefix.StartsWith(key, StringComparison.Ordinal))
                {
                    continue;
                }

                try
                {
                    keys.Add((key, item is FileInfo file ? file.Length : -1));
                }
                catch (FileNotFoundException)
                {
                    // Deleted since it was listed.
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            return keys;
        }

        keys.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return keys;
    }
}
