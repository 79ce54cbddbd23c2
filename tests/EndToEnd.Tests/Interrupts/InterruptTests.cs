using System.Text.Json;
using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Interrupts;

/// <summary>Ctrl-C as a terminal sends it, to the whole process group, and SIGTERM as a service manager does.</summary>
public sealed class InterruptTests : IAsyncDisposable
{
    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task Ctrl_C_ends_everything_with_130_and_the_run_can_go_on()
    {
        var workflow = Workflow("until [ -e \"$GO\" ]; do sleep 0.1; done");
        await using var program = await StartAsync(workflow);

        program.SignalGroup(Signals.Interrupt);
        var result = (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(130);

        await _workspace.WhenNothingRunsAsync();
        Assert.Contains("--run-id interrupted", result.Error, StringComparison.Ordinal);
        await AssertGoesOnAsync(workflow);
    }

    [Fact]
    public async Task SIGTERM_ends_everything_with_143_and_the_run_can_go_on()
    {
        var workflow = Workflow("until [ -e \"$GO\" ]; do sleep 0.1; done");
        await using var program = await StartAsync(workflow);

        program.Signal(Signals.Terminate);
        (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(143);

        await _workspace.WhenNothingRunsAsync();
        await AssertGoesOnAsync(workflow);
    }

    [Fact]
    public async Task A_second_Ctrl_C_ends_bodies_that_do_not_want_to_end()
    {
        var workflow = Workflow("trap '' TERM INT HUP; until [ -e \"$GO\" ]; do sleep 0.1; done");
        await using var program = await StartAsync(workflow);

        program.SignalGroup(Signals.Interrupt);
        await program.WaitForTextAsync("cancel", error: true, TestContext.Current.CancellationToken);
        program.SignalGroup(Signals.Interrupt);
        (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(130);

        await _workspace.WhenNothingRunsAsync();
        var status = (await _workspace.ExecutorAsync("status", "interrupted", "--output", "json")).Expect(0);
        using var json = JsonDocument.Parse(status.Output);
        Assert.Equal("cancelled", json.RootElement.GetProperty("state").GetString());
        Assert.All(json.RootElement.GetProperty("tasks").EnumerateArray(), task => Assert.Equal(0, task.GetProperty("running").GetInt32()));
        await AssertGoesOnAsync(workflow);
    }

    [Fact]
    public async Task Kill_9_of_the_executor_leaves_no_process_behind()
    {
        await using var program = await StartAsync(Workflow("until [ -e \"$GO\" ]; do sleep 0.1; done"));

        program.Signal(Signals.Kill);

        await _workspace.WhenNothingRunsAsync();
    }

    private async Task<RunningProgram> StartAsync(string workflow)
    {
        var program = _workspace.Start("run", workflow, "--run-id", "interrupted", "--parallel", "2");
        await Poll.UntilAsync(
            () => File.Exists(_workspace.PathOf("waiting-0")) && File.Exists(_workspace.PathOf("waiting-1")),
            TimeSpan.FromMinutes(2),
            () => $"both instances\n{program.Describe()}",
            TestContext.Current.CancellationToken);
        return program;
    }

    private async Task AssertGoesOnAsync(string workflow)
    {
        _workspace.Write("go", "");
        var resumed = (await _workspace.ExecutorAsync("run", workflow, "--run-id", "interrupted", "--parallel", "2")).Expect(0);
        Assert.Contains("all is done", resumed.Output, StringComparison.Ordinal);
        Assert.Single(await File.ReadAllLinesAsync(_workspace.PathOf("first"), TestContext.Current.CancellationToken));
    }

    private string Workflow(string wait) => _workspace.WriteWorkflow(
        $$"""
        defaults:
          env: {FOLDER: "{{_workspace.PathOf()}}", GO: "{{_workspace.PathOf("go")}}"}
        tasks:
          - name: first
            script: echo ran >> "$FOLDER/first"
          - name: waiting
            after: [first]
            fanOut: {count: 2}
            script: |
              : > "$FOLDER/waiting-$EXECUTOR_INDEX"
              {{wait}}
          - name: last
            after: [waiting]
            script: echo all is done
            stdout: word
            outputs: [{name: word, format: lines}]
        results: [last.word]
        """);
}
