using System.Globalization;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Launching;
using Executor.Launching.Local;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Launching.Local;

/// <summary>The launcher's own duties, with shell scripts in the runner's place; the real runner is used end to end.</summary>
public sealed class LocalProcessLauncherTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("executor-launcher-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_exit_code_is_reported_as_it_is()
    {
        var facts = await RunAsync("exit 3");

        Assert.Equal(3, facts.ExitCode);
        Assert.Null(facts.Signal);
        Assert.False(facts.OutOfMemory);
    }

    [Fact]
    public async Task A_death_by_signal_is_told_from_an_exit_code()
    {
        var facts = await RunAsync("kill -9 $$");

        Assert.Null(facts.ExitCode);
        Assert.Equal(9, facts.Signal);
    }

    [Fact]
    public async Task What_a_killed_runner_leaves_running_is_ended_before_its_end_is_reported()
    {
        var pidFile = Path.Combine(_directory, "pid");

        await RunAsync($"sleep 1000 & echo $! > {pidFile}; kill -9 $$");

        var pid = int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture);
        Assert.True(ProcessTable.StartTime(pid) is null || IsZombie(pid));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_over_its_memory_limit_is_ended_and_called_out_of_memory(bool cgroup)
    {
        var cgroups = cgroup ? CgroupRoot.Find() : null;
        if (cgroup && cgroups is null)
        {
            Assert.Skip("this process may not make cgroups");
        }

        // tail keeps all of a line that never ends. The kernel ends tail alone; the watch ends everything.
        var script = cgroup
            ? "until grep -q executor- /proc/self/cgroup; do :; done; head -c 400000000 /dev/zero | tail -n 1 > /dev/null"
            : "head -c 400000000 /dev/zero | tail -n 1 > /dev/null; sleep 1000";
        var facts = await RunAsync(script, memory: 64 << 20, cgroups: cgroups);

        Assert.True(facts.OutOfMemory);
    }

    [Fact]
    public async Task Cancelling_asks_first_and_kills_when_it_must_be_at_once()
    {
        await using var launcher = Launcher(Script("trap 'exit 143' TERM; : > $EXECUTOR_SCRATCH_DIR/../ready; while :; do sleep 0.05; done"));
        var asked = Request(1);
        await launcher.StartAsync(asked, TestContext.Current.CancellationToken);
        await WhenReadyAsync(1);
        await launcher.CancelAsync(asked.Descriptor.Attempt, immediately: false, TestContext.Current.CancellationToken);
        var orderly = await EndAsync(launcher, asked.Descriptor.Attempt);

        var killed = Request(2);
        await launcher.StartAsync(killed, TestContext.Current.CancellationToken);
        await WhenReadyAsync(2);
        await launcher.CancelAsync(killed.Descriptor.Attempt, immediately: true, TestContext.Current.CancellationToken);
        var atOnce = await EndAsync(launcher, killed.Descriptor.Attempt);

        Assert.True(orderly.Cancelled);
        Assert.True(orderly.ExitCode == 143 || orderly.Signal == 15);
        Assert.Equal(9, atOnce.Signal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_attempt_may_be_cancelled_at_any_moment_of_its_end(bool immediately)
    {
        await using var launcher = Launcher(Script("exit 0"));
        for (var attempt = 1; attempt <= 10; attempt++)
        {
            var request = Request(attempt);
            await launcher.StartAsync(request, TestContext.Current.CancellationToken);
            var ended = EndAsync(launcher, request.Descriptor.Attempt);
            while (!ended.IsCompleted)
            {
                await launcher.CancelAsync(request.Descriptor.Attempt, immediately, TestContext.Current.CancellationToken);
            }

            await ended;
        }
    }

    [Fact]
    public async Task A_new_executor_ends_the_attempts_that_an_earlier_one_left_behind()
    {
        await using var earlier = Launcher(Script(": > $EXECUTOR_SCRATCH_DIR/../ready; while :; do sleep 0.05; done"));
        await earlier.StartAsync(Request(1), TestContext.Current.CancellationToken);
        await WhenReadyAsync(1);

        await using var later = Launcher(Script("exit 0"));
        var adopted = await later.ListAsync("run-1", TestContext.Current.CancellationToken);

        Assert.Empty(adopted);
        var facts = await EndAsync(earlier, Request(1).Descriptor.Attempt);
        Assert.NotEqual(0, facts.ExitCode);
        Assert.Empty(AttemptDirectory.List(_directory, "run-1"));
    }

    [Fact]
    public async Task A_runner_that_cannot_be_started_holds_the_launch()
    {
        await using var launcher = Launcher(Path.Combine(_directory, "missing"));

        var exception = await Assert.ThrowsAsync<LaunchException>(
            () => launcher.StartAsync(Request(1), TestContext.Current.CancellationToken));

        Assert.True(exception.Hold);
        Assert.Contains("work[0]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runner_that_no_later_executor_could_find_is_ended_when_its_launch_fails()
    {
        // Room for the folders, the descriptor and the report, and for nothing more: where the runner's pid is to be written, it runs already.
        await using var disk = await SmallFileSystem.MountAsync(Path.Combine(_directory, "full"), "nr_inodes=6");
        var runner = Script("sleep 1000");
        await using var launcher = new LocalProcessLauncher(
            new LocalLauncherOptions { Directory = Path.Combine(_directory, "full"), Runner = new RunnerLocation(runner, runner) }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<LaunchException>(
            () => launcher.StartAsync(Request(1), TestContext.Current.CancellationToken));

        Assert.Contains("process", failure.Message, StringComparison.Ordinal);
        Assert.Empty(ProcessTable.WithVariable(EnvironmentNames.ScratchDirectory, Path.Combine(_directory, "full", "run-1", "work.0.0.1", "scratch")));
        Assert.Empty(AttemptDirectory.List(Path.Combine(_directory, "full"), "run-1"));
    }

    private static bool IsZombie(int pid) =>
        File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static LaunchRequest Request(int attempt, long memory = 1 << 30) => new(
        new TaskDescriptor
        {
            Attempt = new AttemptId("run-1", "work", 0, 0, attempt),
            Definition = "d",
            TaskDefinition = "t",
            Stores = [new Uri("http://127.0.0.1:1")],
            Resources = new ResourceLimits(1000, memory),
        },
        "key");

    private static async Task<AttemptFacts> EndAsync(LocalProcessLauncher launcher, AttemptId attempt)
    {
        await foreach (var observation in launcher.ObserveAsync(TestContext.Current.CancellationToken))
        {
            if (observation.Attempt == attempt && observation.Phase == ObservedPhase.Ended)
            {
                return observation.Facts;
            }
        }

        throw new InvalidOperationException("the stream of observations ended");
    }

    private async Task WhenReadyAsync(int attempt)
    {
        var ready = Path.Combine(_directory, "run-1", $"work.0.0.{attempt}", "ready");
        while (!File.Exists(ready))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private async Task<AttemptFacts> RunAsync(string script, long memory = 1 << 30, CgroupRoot? cgroups = null)
    {
        await using var launcher = Launcher(Script(script), cgroups);
        var request = Request(1, memory);
        await launcher.StartAsync(request, TestContext.Current.CancellationToken);
        return await EndAsync(launcher, request.Descriptor.Attempt);
    }

    private LocalProcessLauncher Launcher(string runner, CgroupRoot? cgroups = null) => new(
        new LocalLauncherOptions { Directory = _directory, Runner = new RunnerLocation(runner, runner), Cgroups = cgroups },
        TimeProvider.System);

    private string Script(string text)
    {
        var path = Path.Combine(_directory, $"runner-{Guid.NewGuid():n}.sh");
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
