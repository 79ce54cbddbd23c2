using System.Security.Cryptography;

namespace Executor.Shuffle.Engine.Security;

/// <summary>A master key in a file that only its owner can read.</summary>
public static class MasterKeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the key, or makes a file with a new random one, mode 0600. Processes that race to make it agree on one.</summary>
    /// <exception cref="IOException">The file cannot be read or made, or holds too few or too many bytes.</exception>
    public static byte[] ReadOrCreate(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            Create(path);
        }

        var length = LengthOf(path);
        return length is >= StoreKeys.MinMasterKeyBytes and <= StoreKeys.MaxMasterKeyBytes
            ? File.ReadAllBytes(path)
            : throw new IOException(
                $"{path} holds {length} bytes, a master key has {StoreKeys.MinMasterKeyBytes} to {StoreKeys.MaxMasterKeyBytes}");
    }

    /// <summary>
    /// The bytes that a file holds. Links are followed, which <see cref="FileInfo.Length"/> does not: every key of a mounted Secret is one.
    /// </summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static long LengthOf(string path)
    {
        using var file = File.OpenHandle(path);
        return RandomAccess.GetLength(file);
    }

    private static void Create(string path)
    {
        var temporary = $"{path}.{Guid.NewGuid():n}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using (var file = new FileStream(temporary, options))
            {
                file.Write(RandomNumberGenerator.GetBytes(StoreKeys.MinMasterKeyBytes));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first; its key counts.
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
