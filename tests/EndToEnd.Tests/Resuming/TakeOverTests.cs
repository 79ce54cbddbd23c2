using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Resuming;

public sealed class TakeOverTests : IAsyncDisposable
{
    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task An_executor_that_wakes_up_after_another_took_over_stops_with_3_and_changes_nothing()
    {
        var workflow = _workspace.WriteWorkflow(
            $$"""
            tasks:
              - name: wait
                fanOut: {count: 3}
                env: {FOLDER: "{{_workspace.PathOf()}}"}
                script: |
                  : > "$FOLDER/waiting"
                  until [ -e "$FOLDER/go" ]; do sleep 0.1; done
                  echo "done $EXECUTOR_INDEX"
                stdout: word
                outputs: [{name: word, format: lines}]
            results: [wait.word]
            """);
        await using var sleeper = _workspace.Start("run", workflow, "--run-id", "contested", "--parallel", "1");
        await Poll.UntilAsync(() => File.Exists(_workspace.PathOf("waiting")), TimeSpan.FromMinutes(2), sleeper.Describe, TestContext.Current.CancellationToken);
        sleeper.Signal(Signals.Stop);
        _workspace.Write("go", "");

        var heir = (await _workspace.ExecutorAsync("run", workflow, "--run-id", "contested")).Expect(0);
        sleeper.Signal(Signals.Continue);
        var woken = (await sleeper.WaitAsync(TestContext.Current.CancellationToken)).Expect(3);

        Assert.All(Enumerable.Range(0, 3), index => Assert.Contains($"done {index}", heir.Output, StringComparison.Ordinal));
        Assert.Contains("contested", woken.Error, StringComparison.Ordinal);
        (await _workspace.ExecutorAsync("store", "verify", "contested")).Expect(0);
        var decisions = RunJournal.Parse((await _workspace.ExecutorAsync("status", "contested", "--journal")).Expect(0));
        Assert.Empty(RunJournal.LaunchedAfterCommit(decisions));
        Assert.Equal("finish", decisions[^1].Kind);
    }
}
