using System.Security.Cryptography;
using System.Text;

namespace Executor.Planning;

/// <summary>Hashes what a .NET task is made from.</summary>
internal static class SourceHasher
{
    /// <summary>
    /// SHA-256 in lower-case hex: of the file for a .cs or .dll; for a .csproj of the project and every .cs file below its folder, build
    /// outputs left out, with their relative paths.
    /// </summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static string Hash(string source)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (Path.GetExtension(source) != ".csproj")
        {
            AppendFile(sha256, source);
            return Convert.ToHexStringLower(sha256.GetHashAndReset());
        }

        var folder = Path.GetDirectoryName(source)!;
        foreach (var file in ProjectFiles(folder).Append(Path.GetFileName(source)).Order(StringComparer.Ordinal))
        {
            var path = Encoding.UTF8.GetBytes(file);
            sha256.AppendData(BitConverter.GetBytes(path.Length));
            sha256.AppendData(path);
            using var content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            AppendFile(content, Path.Combine(folder, file));
            sha256.AppendData(content.GetHashAndReset());
        }

        return Convert.ToHexStringLower(sha256.GetHashAndReset());
    }

    private static IEnumerable<string> ProjectFiles(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(f => !f.Split('/')[..^1].Any(part => part is "bin" or "obj"));

    private static void AppendFile(IncrementalHash hash, string path)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[81_920];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }
    }
}
