using Executor.Launching.Local;
using Xunit;

namespace Executor.Tests.Launching.Local;

public sealed class MachineMemoryTests : IDisposable
{
    private const long Total = 8L << 30;
    private readonly string _root = Directory.CreateTempSubdirectory("executor-memory-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("0::/a/b\n", "sys/fs/cgroup/a/memory.max", "1073741824\n", 1L << 30)]
    [InlineData("0::/a/b\n", "sys/fs/cgroup/a/memory.max", "max\n", Total)]
    [InlineData("0::/a/b\n", "sys/fs/cgroup/other/memory.max", "1073741824\n", Total)]
    [InlineData("5:cpu:/\n4:memory:/pod/c\n", "sys/fs/cgroup/memory/pod/memory.limit_in_bytes", "2147483648\n", 2L << 30)]
    [InlineData("4:memory:/host/path\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648\n", 2L << 30)]
    [InlineData("4:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n", Total)]
    public void The_least_limit_of_the_own_cgroups_counts_where_it_is_less_than_the_machine_has(string groups, string file, string limit, long expected)
    {
        Write("proc/meminfo", "MemTotal:        8388608 kB\nMemFree:         12 kB\n");
        Write("proc/self/cgroup", groups);
        Write(file, limit);

        Assert.Equal(expected, MachineMemory.Read(_root));
    }

    [Fact]
    public void A_system_that_does_not_tell_is_not_guessed_at() => Assert.Null(MachineMemory.Read(_root));

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
