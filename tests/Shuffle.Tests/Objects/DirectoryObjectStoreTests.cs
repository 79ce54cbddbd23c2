using System.Buffers;
using System.Diagnostics;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Objects.OnDisk;
using Executor.TestKit;

namespace Shuffle.Tests.Objects;

public sealed class DirectoryObjectStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Folders_that_a_delete_leaves_empty_are_removed()
    {
        using var folder = new TemporaryFolder();
        await using var store = new DirectoryObjectStore(folder.Path);
        await store.PutAsync("a/b/c", new ReadOnlySequence<byte>(new byte[1]), Token);
        await store.PutAsync("a/d", new ReadOnlySequence<byte>(new byte[1]), Token);
        await store.DeleteAsync("a/b/c", Token);

        Assert.Equal(["d"], new DirectoryInfo(Path.Combine(folder.Path, "objects", "a")).EnumerateFileSystemInfos().Select(item => item.Name));
    }

    [Fact]
    public void Old_temporary_files_are_removed_at_the_start_and_young_ones_kept()
    {
        using var folder = new TemporaryFolder();
        _ = new DirectoryObjectStore(folder.Path);
        var old = Path.Combine(folder.Path, "tmp", "old");
        var young = Path.Combine(folder.Path, "tmp", "young");
        File.WriteAllText(old, "x");
        File.WriteAllText(young, "x");
        var clock = new SettableClock(File.GetLastWriteTimeUtc(young) + TimeSpan.FromMinutes(59));
        File.SetLastWriteTimeUtc(old, clock.Now.UtcDateTime - TimeSpan.FromMinutes(61));

        _ = new DirectoryObjectStore(folder.Path, clock);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_leaves_nothing_half_written()
    {
        using var folder = new TemporaryFolder();
        if (!OperatingSystem.IsLinux() || Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.Path) != 0)
        {
            Assert.Skip("mounting a small tmpfs needs root");
        }

        try
        {
            await using var store = new DirectoryObjectStore(folder.Path);
            var failure = await Assert.ThrowsAsync<ObjectStoreException>(
                () => store.PutAsync("a/large", new ReadOnlySequence<byte>(new byte[1 << 20]), Token));
            Assert.Equal(ObjectStoreError.Full, failure.Error);
            Assert.Null(await store.GetAsync("a/large", ObjectRange.From(0, 1), new byte[1], Token));
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder.Path, "tmp")));

            Assert.True(await store.TryCreateAsync("a/small", new ReadOnlySequence<byte>(new byte[1000]), Token));
        }
        finally
        {
            Run("umount", folder.Path);
        }
    }

    [Fact]
    public async Task The_probe_refuses_a_store_that_checks_and_then_acts()
    {
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => ObjectStoreProbe.RunAsync(new CheckThenAct(), Token));
        Assert.Contains("racing", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_before_an_operation_prevents_it_and_one_after_does_not()
    {
        await using var store = new FaultyObjectStore(new MemoryObjectStore());
        store.FailAt(1, ObjectOperations.Create, Fault.Before);
        store.FailAt(2, ObjectOperations.Create, Fault.After);
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryCreateAsync("a", default, Token));
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryCreateAsync("b", default, Token));
        Assert.True(await store.TryCreateAsync("a", default, Token));
        Assert.False(await store.TryCreateAsync("b", default, Token));
        Assert.Equal(4, store.Count(ObjectOperations.Create));
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>What some S3 look-alikes do.</summary>
    private sealed class CheckThenAct : IObjectStore
    {
        private readonly MemoryObjectStore _inner = new();
        private readonly TaskCompletionSource _twoHaveChecked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _checks;

        public async Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
        {
            var isFree = await _inner.GetAsync(key, ObjectRange.From(0, 0), default, cancellationToken) is null;
            if (Interlocked.Increment(ref _checks) == 2)
            {
                _twoHaveChecked.SetResult();
            }

            await _twoHaveChecked.Task;
            await (isFree ? _inner.PutAsync(key, content, cancellationToken) : Task.CompletedTask);
            return isFree;
        }

        public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
            _inner.PutAsync(key, content, cancellationToken);

        public Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
            _inner.GetAsync(key, range, destination, cancellationToken);

        public IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, CancellationToken cancellationToken) => _inner.ListAsync(prefix, cancellationToken);

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => _inner.DeleteAsync(key, cancellationToken);

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }
}
