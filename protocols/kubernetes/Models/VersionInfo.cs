using System.Globalization;

namespace Executor.Kubernetes.Models;

/// <summary>The server's version (<c>GET /version</c>).</summary>
public sealed class VersionInfo
{
    /// <summary>The major version as text.</summary>
    public string? Major { get; set; }

    /// <summary>The minor version as text; some providers append <c>+</c>.</summary>
    public string? Minor { get; set; }

    /// <summary>The full version, such as <c>v1.20.2</c> or <c>v1.31.4-eks-2d5f260</c>.</summary>
    public string? GitVersion { get; set; }

    /// <summary>The platform, such as <c>linux/amd64</c>.</summary>
    public string? Platform { get; set; }

    /// <summary>
    /// Whether the server is of this version or a later one, by <see cref="Major"/> and <see cref="Minor"/> without their suffixes.
    /// False when they are not numbers: an unknown server is treated as an old one.
    /// </summary>
    public bool IsAtLeast(int major, int minor) =>
        Number(Major) is { } itsMajor && Number(Minor) is { } itsMinor && (itsMajor, itsMinor).CompareTo((major, minor)) >= 0;

    private static int? Number(string? text)
    {
        var digits = text.AsSpan();
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
