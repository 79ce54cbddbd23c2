namespace Executor.Building;

/// <summary>
/// Holds a file open that nobody else can open at the same time, in this process or another; the system releases it when a process dies.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;
    private const int SharingViolationOnWindows = unchecked((int)0x80070020);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Waits until the lock is free and takes it.</summary>
    /// <exception cref="IOException">The file cannot be opened for another reason than that it is held.</exception>
    public static async Task<FolderLock> TakeAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException e) when (e.HResult is WouldBlockOnLinux or WouldBlockOnMac or SharingViolationOnWindows)
            {
                await Task.Delay(Interval, time, cancellationToken);
            }
        }
    }

    /// <summary>Releases the lock. The file stays: deleting it could take it from under another's lock.</summary>
    public void Dispose() => _file.Dispose();
}
