using System.Text;

namespace Executor.Contracts.Bundles;

/// <summary>Which paths may stand in a bundle, so that nothing that is unpacked lies, or leads, outside its folder.</summary>
public static class BundlePaths
{
    /// <summary>
    /// True for a path below the folder: relative, its names joined by '/', none of them empty, <c>.</c> or <c>..</c>.
    /// </summary>
    public static bool IsEntry(string? path) =>
        !string.IsNullOrEmpty(path) && Encoding.UTF8.GetByteCount(path) <= BundleLimits.MaxPathBytes && path.Split('/').All(IsName);

    /// <summary>
    /// True if a link stays inside the folder whatever other links there are: its target is relative, <c>..</c> stands at its beginning
    /// only, and not more often than there are folders above the link. (Behind a name, <c>..</c> could be that of another link's target.)
    /// </summary>
    /// <param name="entry">The link's own path, an <see cref="IsEntry"/> none of whose folders is a link.</param>
    /// <param name="target">What it points to.</param>
    public static bool IsInside(string entry, string? target)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (string.IsNullOrEmpty(target) || Encoding.UTF8.GetByteCount(target) > BundleLimits.MaxPathBytes)
        {
            return false;
        }

        var names = target.TrimEnd('/').Split('/');
        var up = names.TakeWhile(static name => name == "..").Count();
        return up <= entry.Count(static c => c == '/') && names.Skip(up).All(static name => name == "." || IsName(name));
    }

    private static bool IsName(string name) => name is not ("" or "." or "..") && !name.Contains('\0', StringComparison.Ordinal);
}
