using System.Diagnostics;
using System.Globalization;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Tests.Lifecycle;

/// <summary>What the kernel does to attempts. Some of it can be provoked by root only.</summary>
public sealed class MachineTests : IAsyncDisposable
{
    private readonly AttemptHarness _harness = new();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_body_starts_with_default_signals_and_none_blocked()
    {
        await _harness.RunAsync(AttemptHarness.Task("signals", "cat", "/proc/self/status") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines)],
        });

        var lines = await _harness.LinesAsync("signals", "text");
        Assert.Contains("SigBlk:\t0000000000000000", lines);

        // The C library keeps the first real-time signals to itself; only the others are the body's.
        var ignored = lines.Single(line => line!.StartsWith("SigIgn:", StringComparison.Ordinal))![8..];
        Assert.Equal(0, long.Parse(ignored, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0x7FFFFFFF);
    }

    [Fact]
    public async Task A_body_gets_none_of_the_runners_pipes()
    {
        await _harness.RunAsync(AttemptHarness.Task("descriptors", "ls", "-l", "/proc/self/fd") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines)],
        });

        // Whatever the tests themselves inherited is passed on too, so only the body's own two pipes are looked at.
        var links = (await _harness.LinesAsync("descriptors", "text")).Skip(1).Select(line => line!.Split(' ')[^3..]).ToDictionary(
            parts => parts[0], parts => parts[2]);
        Assert.Equal("/dev/null", links["0"]);
        Assert.StartsWith("pipe:", links["1"], StringComparison.Ordinal);
        Assert.Single(links.Values, links["1"]);
        Assert.Single(links.Values, links["2"]);
    }

    [Fact]
    public async Task What_a_body_leaves_behind_in_its_group_is_killed()
    {
        var result = await _harness.RunAsync(AttemptHarness.Shell("leaves", "sleep 1000 & echo $!") with
        {
            Outputs = [AttemptHarness.Output("pid", DataFormat.Lines)],
        });

        Assert.Equal(0, result.ExitCode);
        var pid = (await _harness.LinesAsync("leaves", "pid"))[0];
        Assert.True(!File.Exists($"/proc/{pid}/stat") || await IsZombieAsync(pid!), $"process {pid} still runs");
    }

    [Fact]
    public async Task More_arguments_than_the_kernel_takes_are_refused()
    {
        var result = await _harness.RunAsync(AttemptHarness.Task("long", "true", new string('x', 3_000_000)));

        Assert.Equal(RunnerExitCodes.CannotStart, result.ExitCode);
        Assert.Contains("larger than the kernel accepts", result.Report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_scratch_folder_is_the_machines_fault()
    {
        var mount = Path.Combine(_harness.Folder, "tiny");
        Directory.CreateDirectory(mount);
        RequireRoot();
        Require(Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount), "no tmpfs can be mounted");
        try
        {
            await _harness.RunAsync(AttemptHarness.Task("make", "seq", "1", "500000") with
            {
                Outputs = [AttemptHarness.Output("text", DataFormat.Lines)],
            });
            await _harness.SealAsync("make", "text");
            _harness.Environment[EnvironmentNames.ScratchDirectory] = mount;

            var result = await _harness.RunAsync(AttemptHarness.Task("read", "true") with
            {
                Inputs = [AttemptHarness.Input("make.text", DataFormat.Arrow, stdin: false)],
            });

            Assert.Equal(RunnerExitCodes.MachineFailed, result.ExitCode);
            Assert.Equal(AttemptFailure.Infrastructure, result.Report.Failure);
            Assert.Contains("the disk is full", result.Report.Error, StringComparison.Ordinal);
        }
        finally
        {
            Run("umount", mount);
        }
    }

    [Fact]
    public async Task A_body_ended_by_the_oom_killer_is_out_of_memory()
    {
        const string controller = "/sys/fs/cgroup/memory";
        RequireRoot();
        Require(File.Exists($"{controller}/memory.limit_in_bytes"), "this machine has no memory cgroups of version 1");
        var cgroup = $"{controller}/task-runner-tests-{Environment.ProcessId}";
        Directory.CreateDirectory(cgroup);
        try
        {
            await File.WriteAllTextAsync($"{cgroup}/memory.limit_in_bytes", "16777216", TestContext.Current.CancellationToken);
            _harness.Environment[EnvironmentNames.Cgroup] = cgroup;

            var result = await _harness.RunAsync(AttemptHarness.Shell(
                "greedy", $"echo $$ > {cgroup}/cgroup.procs; head -c 100000000 /dev/zero | tail"));

            Assert.Equal(AttemptFailure.OutOfMemory, result.Report.Failure);
            Assert.NotEqual(0, result.ExitCode);
            Assert.True(result.Report.Usage!.OutOfMemory);
            Assert.Equal(MeasureSource.CgroupV1, result.Report.Usage.Source);
            Assert.InRange(result.Report.Usage.PeakMemoryBytes, 15_000_000, 16_777_216);
        }
        finally
        {
            Directory.Delete(cgroup);
        }
    }

    private static async Task<bool> IsZombieAsync(string pid)
    {
        var stat = await File.ReadAllTextAsync($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].StartsWith('Z');
    }

    private static void RequireRoot() => Require(Environment.UserName == "root", "only root can do this");

    private static void Require(bool condition, string reason)
    {
        if (!condition)
        {
            Assert.Skip(reason);
        }
    }

    private static bool Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true });
        process!.WaitForExit();
        return process.ExitCode == 0;
    }
}
