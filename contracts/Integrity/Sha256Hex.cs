using System.Security.Cryptography;

namespace Executor.Contracts.Integrity;

/// <summary>SHA-256 as text: 64 lower-case hex digits, which name a value by its content.</summary>
public static class Sha256Hex
{
    /// <summary>How many characters there are.</summary>
    public const int Length = 2 * SHA256.HashSizeInBytes;

    /// <summary>The hash of these bytes.</summary>
    public static string Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>True if this can be a hash.</summary>
    public static bool IsValid(string? text) => text is { Length: Length } && text.All(char.IsAsciiHexDigitLower);
}
