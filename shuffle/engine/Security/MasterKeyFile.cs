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

        return Read(path);
    }

    /// <summary>Reads the key.</summary>
    /// <exception cref="IOException">The file cannot be read, or holds too few or too many bytes.</exception>
    internal static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length is < StoreKeys.MinMasterKeyBytes or > StoreKeys.MaxMasterKeyBytes)
        {
            throw new IOException(
                $"{path} holds {file.Length} bytes, a master key has {StoreKeys.MinMasterKeyBytes} to {StoreKeys.MaxMasterKeyBytes}");
        }

        var key = new byte[file.Length];
        file.ReadExactly(key);
        return key;
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
