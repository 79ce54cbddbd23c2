using System.Runtime.InteropServices;
using Executor.TestKit;

namespace Executor.Arrow.Tests.Samples;

/// <summary>The libraries of the system that compressed bodies are read with.</summary>
internal static class SystemLibrary
{
    /// <summary>Skips the calling test where the library that a sample of that name needs is missing.</summary>
    public static void RequireFor(string sample)
    {
        var library = sample.StartsWith("lz4", StringComparison.Ordinal) ? "liblz4.so.1"
            : sample.StartsWith("zstd", StringComparison.Ordinal) ? "libzstd.so.1"
            : null;
        if (library is not null && !NativeLibrary.TryLoad(library, out _))
        {
            ExternalPart.Missing($"{library} is not installed");
        }
    }
}
