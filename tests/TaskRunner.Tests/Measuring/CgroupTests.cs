using Executor.Contracts.Reporting;
using Executor.TaskRunner.Measuring;

namespace Executor.TaskRunner.Tests.Measuring;

public sealed class CgroupTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("task-runner-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Tree(string name) => Path.Combine(AppContext.BaseDirectory, "Trees", name);

    [Fact]
    public void Version_2_is_found_and_read_in_a_container()
    {
        var cgroup = CgroupLocator.Find(CgroupLocator.Self, Tree("v2"));

        Assert.Equal(MeasureSource.CgroupV2, cgroup!.Source);
        Assert.Equal(
            new CgroupReading
            {
                PeakMemoryBytes = 104857600,
                AnonymousBytes = 41943040,
                CpuSeconds = 2.5,
                ThrottledSeconds = 0.75,
                CpuPressureSeconds = 0.43123,
                MemoryPressureSeconds = 0.0015,
                IoPressureSeconds = 0.025041,
                ReadBytes = 1052672,
                WrittenBytes = 8192,
                OomKills = 1,
            },
            cgroup.Read());
    }

    [Fact]
    public void Version_1_is_found_and_read_over_its_controllers()
    {
        var cgroup = CgroupLocator.Find(CgroupLocator.Self, Tree("v1"));

        Assert.Equal(MeasureSource.CgroupV1, cgroup!.Source);
        Assert.Equal(
            new CgroupReading
            {
                PeakMemoryBytes = 33554432,
                AnonymousBytes = 0,
                CpuSeconds = 0.317344618,
                ThrottledSeconds = 0.775441309,
                ReadBytes = 0,
                WrittenBytes = 0,
                OomKills = 1,
            },
            cgroup.Read());
    }

    [Fact]
    public void Folders_can_be_named()
    {
        var root = Path.Combine(Tree("v1"), "sys/fs/cgroup");
        var named = CgroupLocator.Find($"{root}/memory/executor-attempt:{root}/cpuacct/executor-attempt");

        var reading = named!.Read();
        Assert.Equal(33554432, reading.PeakMemoryBytes);
        Assert.NotNull(reading.CpuSeconds);
        Assert.Null(reading.ThrottledSeconds);
        Assert.Equal(MeasureSource.CgroupV2, CgroupLocator.Find(Path.Combine(Tree("v2"), "sys/fs/cgroup"))!.Source);
    }

    [Fact]
    public void A_runner_without_a_cgroup_of_its_own_has_none()
    {
        Assert.Null(CgroupLocator.Find(null));
        Assert.Null(CgroupLocator.Find(_folder.FullName));
    }

    [Fact]
    public void Block_devices_of_version_1_are_summed_up()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "memory.max_usage_in_bytes"), "1\n");
        File.WriteAllText(
            Path.Combine(_folder.FullName, "blkio.throttle.io_service_bytes"),
            "8:0 Read 4096\n8:0 Write 512\n8:0 Sync 4608\n8:0 Total 4608\n253:0 Read 100\n253:0 Write 0\nTotal 4708\n");

        var reading = CgroupLocator.Find(_folder.FullName)!.Read();

        Assert.Equal(4196, reading.ReadBytes);
        Assert.Equal(512, reading.WrittenBytes);
    }

    [Fact]
    public void A_kernel_without_a_peak_is_sampled()
    {
        var current = Path.Combine(_folder.FullName, "memory.current");
        File.WriteAllText(Path.Combine(_folder.FullName, "memory.events"), "oom_kill 0\n");
        var cgroup = new UnifiedCgroup(_folder.FullName);

        File.WriteAllText(current, "500\n");
        cgroup.Read();
        File.WriteAllText(current, "900\n");
        cgroup.Read();
        File.WriteAllText(current, "300\n");

        Assert.Equal(900, cgroup.Read().PeakMemoryBytes);
    }

    [Fact]
    public void A_process_name_with_spaces_and_brackets_does_not_shift_the_fields()
    {
        const string stat = "42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 150 50 7 3 20 0 1 0 100 1000 10";

        Assert.Equal(2.1, ProcessSample.CpuSecondsIn(stat), 6);
    }
}
