using System.Globalization;
using System.Text;
using System.Text.Json;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Native;
using Executor.TestKit;

namespace Executor.TaskRunner.Tests.Processes;

/// <summary>The runner as process 1, as it is in a pod: of a PID namespace of its own, which only root may make.</summary>
public sealed class FirstProcessTests(RunnerFixture fixture) : IClassFixture<RunnerFixture>, IAsyncLifetime
{
    private static readonly string[] InNamespace = ["unshare", "--pid", "--fork", "--mount-proc"];

    public ValueTask InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("only root may make a PID namespace");
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Sigterm_ends_the_bodys_whole_group_and_the_log_is_kept()
    {
        var ready = NewFifo();
        var descriptor = AttemptHarness.Shell(
            "first", $"trap 'wait; echo body >&2; exit 0' TERM; sh -c 'trap \"echo child >&2; exit\" TERM; echo > {ready}; sleep 1000 & wait' & wait");
        using var runner = fixture.Start(descriptor, InNamespace);
        await File.ReadAllTextAsync(ready, TestContext.Current.CancellationToken);

        _ = Libc.Kill(await ChildOfAsync(runner.Process.Id), Libc.SignalTerminate);
        var (code, log) = await runner.EndAsync();

        Assert.Equal(RunnerExitCodes.Terminated, code);
        Assert.StartsWith("child\nbody\ntask-runner: the runner was asked to stop", log, StringComparison.Ordinal);
        Assert.Equal(AttemptFailure.Terminated, (await runner.ReportAsync()).Failure);
        var kept = await fixture.Store.Records.GetAsync(
            descriptor.Attempt.Run, RecordKeys.Log(descriptor.Attempt), TestContext.Current.CancellationToken);
        Assert.Equal(log, Encoding.UTF8.GetString(kept!.Value.Span));
    }

    [Fact]
    public async Task A_body_that_does_not_listen_is_killed_and_the_runner_still_reports()
    {
        var ready = NewFifo();
        using var runner = fixture.Start(AttemptHarness.Shell("deaf", $"trap '' TERM; echo > {ready}; while :; do sleep 1; done"), InNamespace);
        await File.ReadAllTextAsync(ready, TestContext.Current.CancellationToken);

        _ = Libc.Kill(await ChildOfAsync(runner.Process.Id), Libc.SignalTerminate);

        Assert.Equal(RunnerExitCodes.Terminated, (await runner.EndAsync()).ExitCode);
        Assert.Equal(AttemptFailure.Terminated, (await runner.ReportAsync()).Failure);
    }

    [Fact]
    public async Task Orphans_are_reaped_and_unbound_output_goes_to_the_log()
    {
        var descriptor = AttemptHarness.Shell("orphans", "pid=$(sh -c 'sh -c : & echo $!'); while [ -e /proc/$pid ]; do :; done; echo $PPID");
        using var runner = fixture.Start(descriptor with { Timeout = TimeSpan.FromSeconds(60) }, InNamespace);

        Assert.Equal((0, "1\n"), await runner.EndAsync());
    }

    [Fact]
    public async Task Its_lines_and_the_bodys_are_JSON_where_that_is_asked_for()
    {
        string[] command = ["env", $"{EnvironmentNames.LogFormat}=json", .. InNamespace];
        var descriptor = AttemptHarness.Shell("structured", "echo out; echo err >&2; exit 3");
        using var runner = fixture.Start(descriptor, command);

        var (code, log) = await runner.EndAsync();

        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(3, code);
        Assert.All(lines, line => Assert.Equal(("run-1", "structured", 1), (
            line.GetProperty("run").GetString(), line.GetProperty("task").GetString(), line.GetProperty("attempt").GetInt32())));
        Assert.Equal(
            ["body err", "body out", "runner the body ended with exit code 3"],
            lines.Select(line => $"{line.GetProperty("stream")} {line.GetProperty("message")}").Order(StringComparer.Ordinal));
        var kept = await fixture.Store.Records.GetAsync(
            descriptor.Attempt.Run, RecordKeys.Log(descriptor.Attempt), TestContext.Current.CancellationToken);
        Assert.EndsWith("task-runner: the body ended with exit code 3\n", Encoding.UTF8.GetString(kept!.Value.Span), StringComparison.Ordinal);
    }

    private static async Task<int> ChildOfAsync(int process)
    {
        var children = $"/proc/{process}/task/{process}/children";
        await Poll.UntilAsync(
            () => File.ReadAllText(children).Trim().Length > 0, TimeSpan.FromSeconds(60), () => "the runner's start", TestContext.Current.CancellationToken);
        return int.Parse(File.ReadAllText(children).Trim(), CultureInfo.InvariantCulture);
    }

    private string NewFifo()
    {
        var path = Path.Combine(fixture.Folder, Guid.NewGuid().ToString("n"));
        using var process = System.Diagnostics.Process.Start("mkfifo", path);
        process.WaitForExit();
        return path;
    }
}
