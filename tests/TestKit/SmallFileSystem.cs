using Executor.TestKit.Processes;
using Xunit;

namespace Executor.TestKit;

/// <summary>A file system with little room, mounted on a folder until it is disposed of. Mounting one needs root; without it the test is skipped.</summary>
public sealed class SmallFileSystem : IAsyncDisposable
{
    private readonly string _folder;

    private SmallFileSystem(string folder) => _folder = folder;

    /// <summary>Mounts one.</summary>
    /// <param name="folder">Where; made if it is not there.</param>
    /// <param name="limits">What there is room for, as tmpfs(5) takes it: <c>size=3m</c>, <c>nr_inodes=7</c>.</param>
    public static async Task<SmallFileSystem> MountAsync(string folder, string limits)
    {
        var (mounted, obstacle) = await TryMountAsync(folder, limits);
        if (obstacle is not null)
        {
            Assert.Skip(obstacle);
        }

        return mounted!;
    }

    /// <summary>Mounts one if that may be done here; else says why not.</summary>
    /// <param name="folder">As of <see cref="MountAsync"/>.</param>
    /// <param name="limits">As of <see cref="MountAsync"/>.</param>
    public static async Task<(SmallFileSystem? Mounted, string? Obstacle)> TryMountAsync(string folder, string limits)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return (null, "only root may mount a small file system");
        }

        Directory.CreateDirectory(folder);
        var mount = await SystemAsync("mount", "-t", "tmpfs", "-o", limits, "tmpfs", folder);
        return mount.ExitCode == 0 ? (new SmallFileSystem(folder), null) : (null, $"a small file system cannot be mounted here: {mount.Error}");
    }

    /// <summary>Changes the limits of what is mounted.</summary>
    public async Task ResizeAsync(string limits) => (await SystemAsync("mount", "-o", $"remount,{limits}", _folder)).Expect(0);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await SystemAsync("umount", "--lazy", _folder);

    private static Task<ProgramResult> SystemAsync(string program, params string[] arguments) =>
        RunningProgram.RunAsync(new ProgramStart(program, arguments), CancellationToken.None);
}
