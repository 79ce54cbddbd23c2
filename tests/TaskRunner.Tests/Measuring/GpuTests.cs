using Executor.Contracts.Reporting;
using Executor.TaskRunner.Measuring;
using Executor.TestKit;

namespace Executor.TaskRunner.Tests.Measuring;

/// <summary>What is measured of an attempt's GPUs, by a stand-in of NVML: no GPU has been seen by these tests.</summary>
public sealed class GpuTests
{
    private const long Gigabyte = 1_000_000_000;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTime _time = new();

    [Fact]
    public async Task The_peak_is_that_of_all_GPUs_together_and_the_time_is_weighted_by_how_busy_they_were()
    {
        using var nvml = await NvmlStandIn.CompileAsync(TestContext.Current.CancellationToken);
        nvml.Set((5 * Gigabyte, 100), (1 * Gigabyte, 100));
        using var meter = new GpuMeter(2, [nvml.Library], _time);
        Assert.Equal((null, null), (meter.PeakMemoryBytes, meter.BusySeconds));

        _time.Advance(TimeSpan.Zero);
        Assert.Equal((6 * Gigabyte, null), (meter.PeakMemoryBytes, meter.BusySeconds));

        nvml.Set((2 * Gigabyte, 50), (70 * Gigabyte, 25));
        _time.Advance(Second);
        nvml.Set((50 * Gigabyte, 100), (3 * Gigabyte, 0));
        _time.Advance(2 * Second);
        Assert.Equal(72 * Gigabyte, meter.PeakMemoryBytes);
        Assert.Equal(0.75 + 1 + 1, meter.BusySeconds!.Value, 9);
    }

    [Fact]
    public async Task What_a_GPU_does_not_tell_is_left_empty_and_the_rest_is_not()
    {
        using var nvml = await NvmlStandIn.CompileAsync(TestContext.Current.CancellationToken);
        nvml.Set((5 * Gigabyte, -1), (6 * Gigabyte, 30));
        using var meter = new GpuMeter(2, [nvml.Library], _time);
        _time.Advance(2 * Second);
        Assert.Equal((11 * Gigabyte, null), (meter.PeakMemoryBytes, meter.BusySeconds));

        // A lost reading makes the next one stand for both seconds.
        nvml.Set((9 * Gigabyte, 10), (-1, 30));
        _time.Advance(Second);
        nvml.Set((0, -1), (0, 30));
        _time.Advance(Second);
        nvml.Set((0, 10), (0, 40));
        _time.Advance(Second);
        Assert.Equal(11 * Gigabyte, meter.PeakMemoryBytes);
        Assert.Equal(1.0, meter.BusySeconds!.Value, 9);
    }

    [Theory]
    [InlineData("there is no library")]
    [InlineData("the library is none")]
    [InlineData("the driver is not loaded")]
    [InlineData("there are no GPUs")]
    [InlineData("there are more GPUs than the attempt was given")]
    public async Task Nothing_is_measured_where(string what)
    {
        using var nvml = await NvmlStandIn.CompileAsync(TestContext.Current.CancellationToken);
        using var folder = new TemporaryDirectory("gpus-");
        var library = what switch
        {
            "there is no library" => folder.PathOf("none.so"),
            "the library is none" => folder.Write("text.so", "no library"),
            _ => nvml.Library,
        };
        if (what.StartsWith("there are", StringComparison.Ordinal))
        {
            nvml.Set(what.Contains("more", StringComparison.Ordinal) ? [(Gigabyte, 10), (Gigabyte, 10)] : []);
        }

        using var meter = new GpuMeter(1, [library], _time);
        _time.Advance(3 * Second);

        Assert.Equal((null, null), (meter.PeakMemoryBytes, meter.BusySeconds));
    }

    [Fact]
    public async Task The_first_library_that_works_is_taken()
    {
        using var broken = await NvmlStandIn.CompileAsync(TestContext.Current.CancellationToken);
        using var nvml = await NvmlStandIn.CompileAsync(TestContext.Current.CancellationToken);
        nvml.Set((7 * Gigabyte, 0));
        using var meter = new GpuMeter(1, ["/nowhere/libnvidia-ml.so.1", broken.Library, nvml.Library], _time);
        _time.Advance(Second);

        Assert.Equal((7 * Gigabyte, 0), (meter.PeakMemoryBytes, meter.BusySeconds));
    }

    [Fact]
    public async Task An_attempt_that_was_given_a_GPU_reports_and_commits_what_it_used()
    {
        using var nvml = await NvmlStandIn.CompileAsync(TestContext.Current.CancellationToken);
        nvml.Set((3 * Gigabyte, 50));
        await using var harness = new AttemptHarness { GpuLibraries = [nvml.Library] };
        harness.Environment[EnvironmentNames.Gpus] = "1";
        var end = Path.Combine(harness.Folder, "end");

        var result = await harness.RunAsync(
            AttemptHarness.Shell("gpu", $"[ -z \"${EnvironmentNames.Gpus}\" ] || exit 9; until [ -e '{end}' ]; do sleep 0.05; done"),
            async _ =>
            {
                await Poll.UntilAsync(
                    () => Directory.GetFiles(harness.Folder, "report-*")
                        .Any(file => TerminationSlots.Decode(File.ReadAllBytes(file)) is { Usage.GpuSeconds: > 0 }),
                    TimeSpan.FromMinutes(1),
                    () => "a heartbeat that tells of the GPU",
                    TestContext.Current.CancellationToken);
                await File.WriteAllTextAsync(end, "");
            });

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(3 * Gigabyte, result.Commit!.Usage!.PeakGpuMemoryBytes);
        var usage = result.Commit.Usage;
        Assert.InRange(usage.GpuSeconds!.Value, 0.4, (usage.Ended - usage.Started).TotalSeconds);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("many")]
    public async Task An_attempt_without_a_GPU_loads_no_library(string? gpus)
    {
        using var nvml = await NvmlStandIn.CompileAsync(TestContext.Current.CancellationToken);
        nvml.Set((3 * Gigabyte, 50));
        await using var harness = new AttemptHarness { GpuLibraries = [nvml.Library] };
        if (gpus is not null)
        {
            harness.Environment[EnvironmentNames.Gpus] = gpus;
        }

        var result = await harness.RunAsync(AttemptHarness.Shell("none", "true"));

        Assert.Equal((0, null), (result.ExitCode, result.Commit!.Usage!.PeakGpuMemoryBytes));
        Assert.DoesNotContain(nvml.Library, await File.ReadAllTextAsync("/proc/self/maps", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
