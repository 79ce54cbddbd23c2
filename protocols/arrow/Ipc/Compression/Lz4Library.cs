using System.Runtime.InteropServices;

namespace Executor.Arrow.Ipc.Compression;

/// <summary>Decompresses LZ4 frames (lz4frame.h).</summary>
internal static unsafe partial class Lz4Library
{
    public const string Name = "liblz4.so.1";
    private const uint Version = 100;

    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Check(CreateDecompressionContext(out var context, Version));
        try
        {
            fixed (byte* from = source)
            fixed (byte* to = target)
            {
                Run(context, from, source.Length, to, target.Length);
            }
        }
        finally
        {
            FreeDecompressionContext(context);
        }
    }

    private static void Run(nint context, byte* from, int fromLength, byte* to, int toLength)
    {
        nuint read = 0;
        nuint written = 0;
        nuint hint;
        do
        {
            var sourceSize = (nuint)fromLength - read;
            var targetSize = (nuint)toLength - written;
            hint = Check(DecompressFrame(context, to + written, ref targetSize, from + read, ref sourceSize, null));
            read += sourceSize;
            written += targetSize;
            if (hint != 0 && sourceSize == 0 && targetSize == 0)
            {
                throw new InvalidDataException(
                    $"an LZ4 frame of {fromLength} bytes does not end after the {toLength} bytes that it was to hold");
            }
        }
        while (hint != 0);
        if (written != (nuint)toLength)
        {
            throw new InvalidDataException($"an LZ4 frame holds {written} bytes, expected {toLength}");
        }
    }

    private static nuint Check(nuint result) => IsError(result) == 0
        ? result
        : throw new InvalidDataException($"malformed LZ4 frame: {Marshal.PtrToStringUTF8(GetErrorName(result))}");

    [LibraryImport(Name, EntryPoint = "LZ4F_createDecompressionContext")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint CreateDecompressionContext(out nint context, uint version);

    [LibraryImport(Name, EntryPoint = "LZ4F_freeDecompressionContext")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint FreeDecompressionContext(nint context);

    [LibraryImport(Name, EntryPoint = "LZ4F_decompress")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint DecompressFrame(
        nint context, byte* target, ref nuint targetSize, byte* source, ref nuint sourceSize, void* options);

    [LibraryImport(Name, EntryPoint = "LZ4F_isError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint IsError(nuint result);

    [LibraryImport(Name, EntryPoint = "LZ4F_getErrorName")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetErrorName(nuint result);
}
