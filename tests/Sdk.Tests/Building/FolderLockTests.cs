using Executor.Building;
using Xunit;

namespace Executor.Sdk.Tests.Building;

public sealed class FolderLockTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("executor-lock-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task One_holds_it_and_the_next_one_waits()
    {
        var first = await TakeAsync("lock");
        var second = TakeAsync("lock");
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_an_error_at_once() =>
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => TakeAsync("missing/lock"));

    private Task<FolderLock> TakeAsync(string file) =>
        FolderLock.TakeAsync(Path.Combine(_folder.FullName, file), TimeProvider.System, TestContext.Current.CancellationToken);
}
