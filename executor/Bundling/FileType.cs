using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Executor.Bundling;

/// <summary>Tells files from pipes, sockets and devices, which .NET does not, and whose opening may never return.</summary>
internal static partial class FileType
{
    // From statx(2); the structure is the same on every architecture.
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint WantType = 0x1;
    private const int StatBytes = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>True for a file with content.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static unsafe bool IsRegular(FileInfo file)
    {
        var stat = stackalloc byte[StatBytes];
        if (StatX(CurrentDirectory, file.FullName, NoFollow, WantType, stat) != 0)
        {
            throw new IOException($"{file.FullName}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        return (BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(stat + ModeOffset, sizeof(ushort))) & TypeMask) == RegularFile;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int folder, string path, int flags, uint mask, byte* stat);
}
