using System.Runtime.InteropServices;

namespace Executor.Arrow.Ipc.Compression;

/// <summary>Decompresses Zstandard frames (zstd.h).</summary>
internal static unsafe partial class ZstandardLibrary
{
    public const string Name = "libzstd.so.1";

    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* from = source)
        fixed (byte* to = target)
        {
            var written = Decompress(to, (nuint)target.Length, from, (nuint)source.Length);
            if (IsError(written) != 0)
            {
                throw new InvalidDataException($"malformed Zstandard frame: {Marshal.PtrToStringUTF8(GetErrorName(written))}");
            }

            if (written != (nuint)target.Length)
            {
                throw new InvalidDataException($"a Zstandard frame holds {written} bytes, expected {target.Length}");
            }
        }
    }

    [LibraryImport(Name, EntryPoint = "ZSTD_decompress")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint Decompress(byte* target, nuint targetCapacity, byte* source, nuint sourceSize);

    [LibraryImport(Name, EntryPoint = "ZSTD_isError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint IsError(nuint result);

    [LibraryImport(Name, EntryPoint = "ZSTD_getErrorName")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetErrorName(nuint result);
}
