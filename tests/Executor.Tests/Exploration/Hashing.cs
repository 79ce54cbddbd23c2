using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Executor.Tests.Exploration;

/// <summary>128-bit hashes that tell states apart.</summary>
internal static class Hashing
{
    public static UInt128 Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
