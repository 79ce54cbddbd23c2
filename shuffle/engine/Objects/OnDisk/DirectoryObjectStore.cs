using System.Buffers;
using System.Runtime.CompilerServices;

namespace Executor.Shuffle.Engine.Objects.OnDisk;

/// <summary>
/// Objects as files below a folder of a Linux file system, which any number of processes may share. Content goes to <c>tmp/</c> first, is
/// flushed, and gets its name by link(2) (a conditional create: EEXIST for all but one) or rename(2); then the folder is flushed. So nothing is
/// ever half visible, and what was reported survives a power cut.
/// </summary>
public sealed class DirectoryObjectStore : IObjectStore
{
    private const int MaxAttempts = 100;

    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    private readonly string _objects;
    private readonly string _temporary;

    /// <summary>Opens the folder, making it if need be, and removes temporary files that a crash left over an hour ago.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="timeProvider">The clock that the age of leftovers is measured by; the system's if null.</param>
    /// <exception cref="ObjectStoreException">The folder cannot be used.</exception>
    public DirectoryObjectStore(string root, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        Root = Path.GetFullPath(root);
        _objects = Path.Combine(Root, "objects");
        _temporary = Path.Combine(Root, "tmp");
        Guard(Root, () =>
        {
            DurableFile.MakeDirectory(_objects);
            DurableFile.MakeDirectory(_temporary);
            var limit = (timeProvider ?? TimeProvider.System).GetUtcNow() - LeftoverAge;
            foreach (var leftover in new DirectoryInfo(_temporary).EnumerateFiles().Where(file => file.LastWriteTimeUtc < limit))
            {
                leftover.Delete();
            }

            return true;
        });
    }

    /// <summary>The folder's full path.</summary>
    public string Root { get; }

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        Task.Run(() => Guard(key, () => Write(key, content, Create)), cancellationToken);

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        Task.Run(() => Guard(key, () => Write(key, content, Replace)), cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
        ScatterAsync(key, range, [destination], cancellationToken);

    /// <inheritdoc/>
    public async Task<ObjectRead?> ScatterAsync(string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var path = PathOf(key);
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
            var length = RandomAccess.GetLength(file);
            var (offset, count) = range.Within(length);
            var done = 0;
            while (done < count)
            {
                var read = (int)await RandomAccess.ReadAsync(file, Pieces.Part(destination, done, count - done), offset + done, cancellationToken);
                if (read == 0)
                {
                    break;
                }

                done += read;
            }

            return new ObjectRead(done, length);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Translate(key, exception);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (!ObjectKey.IsValidPrefix(prefix))
        {
            yield break;
        }

        // Depth first, so that what is held is one listing per level and not all of them.
        var levels = new Stack<IEnumerator<(string Key, long Length)>>();
        levels.Push(await ReadAsync(prefix[..(prefix.LastIndexOf('/') + 1)]));
        while (levels.TryPeek(out var level))
        {
            if (!level.MoveNext())
            {
                levels.Pop();
            }
            else if (level.Current.Length >= 0)
            {
                yield return new ObjectEntry(level.Current.Key, level.Current.Length);
            }
            else
            {
                levels.Push(await ReadAsync(level.Current.Key));
            }
        }

        async Task<IEnumerator<(string Key, long Length)>> ReadAsync(string folder) =>
            (await Task.Run(() => Guard(folder, () => FolderListing.Read(_objects, folder, prefix)), cancellationToken)).GetEnumerator();
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) => Task.Run(
        () => Guard(key, () =>
        {
            var path = PathOf(key);
            var folder = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(folder))
            {
                return true;
            }

            File.Delete(path);
            Prune(folder);
            return true;
        }),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string PathOf(string key)
    {
        ObjectKey.Require(key);
        return Path.Combine(_objects, key);
    }

    private bool Write(string key, ReadOnlySequence<byte> content, Func<string, string, bool> name)
    {
        var target = PathOf(key);
        var temporary = Path.Combine(_temporary, Guid.NewGuid().ToString("n"));
        try
        {
            DurableFile.Write(temporary, content);
            return name(temporary, target);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static bool Create(string temporary, string target)
    {
        for (var attempt = 1; ; attempt++)
        {
            var errno = Posix.Link(temporary, target);
            switch (errno)
            {
                case 0:
                    Posix.FlushDirectory(Path.GetDirectoryName(target)!);
                    return true;
                case Posix.Exists:
                    // The winner may not have come to its own flush yet, and the caller will act on what stands.
                    DurableFile.FlushDirectoryIfThere(Path.GetDirectoryName(target)!);
                    return false;
                case Posix.NoEntry when attempt < MaxAttempts:
                    // The folder is not made yet, or was pruned between the two calls by a delete.
                    DurableFile.MakeDirectory(Path.GetDirectoryName(target)!);
                    break;
                default:
                    throw Posix.Failure(target, errno);
            }
        }
    }

    private static bool Replace(string temporary, string target)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                File.Move(temporary, target, overwrite: true);
                Posix.FlushDirectory(Path.GetDirectoryName(target)!);
                return true;
            }
            catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException && attempt < MaxAttempts)
            {
                DurableFile.MakeDirectory(Path.GetDirectoryName(target)!);
            }
        }
    }

    /// <summary>Removes folders that a delete left empty, so that finished runs leave nothing behind.</summary>
    private void Prune(string folder)
    {
        for (; folder.Length > _objects.Length; folder = Path.GetDirectoryName(folder)!)
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    private static T Guard<T>(string key, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Translate(key, exception);
        }
    }

    private static ObjectStoreException Translate(string key, Exception exception)
    {
        const int noSpace = 28;
        const int quotaExceeded = 122;
        var error = exception switch
        {
            UnauthorizedAccessException => ObjectStoreError.Denied,
            { HResult: noSpace or quotaExceeded } => ObjectStoreError.Full,
            _ => ObjectStoreError.Failed,
        };
        return new ObjectStoreException(error, $"object '{key}': {exception.Message}", exception);
    }
}
