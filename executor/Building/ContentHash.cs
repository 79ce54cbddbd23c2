using System.Security.Cryptography;
using System.Text;

namespace Executor.Building;

/// <summary>Names for things by what is in them: 32 hex digits of a SHA-256.</summary>
internal static class ContentHash
{
    private const int Bytes = 16;

    /// <summary>The hash of a text.</summary>
    public static string OfText(string text) => Hex(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The hash of a single C# file, the project that it gets and the assemblies that it is compiled against.</summary>
    public static string OfSingleFile(string source, byte[] content, string referenceFolder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(SingleFileProject.Text(source, "")));
        hash.AppendData(SHA256.HashData(content));
        foreach (var dll in SingleFileProject.References)
        {
            hash.AppendData(HashOfFile(Path.Combine(referenceFolder, dll)));
        }

        return Hex(hash.GetHashAndReset());
    }

    /// <summary>The hash of all files below a folder, with their names.</summary>
    public static string OfFolder(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, file))));
            hash.AppendData(HashOfFile(file));
        }

        return Hex(hash.GetHashAndReset());
    }

    private static byte[] HashOfFile(string file)
    {
        using var stream = File.OpenRead(file);
        return SHA256.HashData(stream);
    }

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, Bytes));
}
