using System.Text.Json;
using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Resuming;

/// <summary>Going on with a run by its id. Every body leaves a line in a file of this test, so that what ran is known from outside.</summary>
public sealed class ResumeTests : IAsyncLifetime
{
    private readonly Workspace _workspace = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task A_finished_run_is_not_run_again_and_shows_the_same_result()
    {
        var workflow = Workflow(middle: "sort -r");
        var first = await RunAsync(workflow, 0);
        var bodies = TakeBodies();

        var again = await RunAsync(workflow, 0);

        Assert.Equal(["first 0", "first 1", "last 0", "middle 0", "middle 1"], bodies);
        Assert.Empty(TakeBodies());
        Assert.Equal(Table(first), Table(again));
        Assert.Contains("2-1", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_corrected_file_runs_what_had_failed_and_nothing_that_had_succeeded()
    {
        var failed = await RunAsync(Workflow(middle: "exit 9"), 1);
        var before = TakeBodies();

        var corrected = await RunAsync(Workflow(middle: "sort -r"), 0);

        Assert.Contains("middle[", failed.Error, StringComparison.Ordinal);
        Assert.Contains("first 0", before);
        Assert.Contains("first 1", before);
        Assert.DoesNotContain("last 0", before);
        Assert.Equal(["last 0", "middle 0", "middle 1"], TakeBodies());
        Assert.Contains("2-1", corrected.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_accounts_of_a_run_that_went_on_are_those_of_all_its_attempts()
    {
        await RunAsync(Workflow(middle: "exit 9"), 1);

        var corrected = await RunAsync(Workflow(middle: "sort -r"), 0);

        var trace = _workspace.PathOf("trace");
        var report = (await _workspace.ExecutorAsync("report", "again", "--output", "json", "--trace", trace)).Expect(0);
        using var json = JsonDocument.Parse(report.Output);
        var accounts = json.RootElement.GetProperty("accounts").EnumerateArray().ToDictionary(task => task.GetProperty("task").GetString()!);
        Assert.Equal(2, accounts["first"].GetProperty("succeeded").GetInt32());
        Assert.Equal(2, accounts["middle"].GetProperty("succeeded").GetInt32());
        Assert.True(accounts["middle"].GetProperty("failed").GetInt32() >= 1, report.Output);
        Assert.True(accounts["first"].GetProperty("cpuSeconds").GetDouble() > 0, report.Output);
        Assert.Equal(accounts.Values.Sum(task => task.GetProperty("attempts").GetInt32()), (await File.ReadAllLinesAsync(trace, TestContext.Current.CancellationToken)).Length - 1);

        var table = (await _workspace.ExecutorAsync("report", "again")).Expect(0);
        var shown = table.OutputLines.TakeWhile(line => !line.StartsWith("cost $", StringComparison.Ordinal)).ToList();
        Assert.True(shown.Count < table.OutputLines.Count, table.Output);
        Assert.EndsWith(string.Concat(shown.Select(line => $"{line}\n")), corrected.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_task_is_run_again_with_all_that_depends_on_it_and_that_is_said()
    {
        await RunAsync(Workflow(middle: "sort -r"), 0);
        TakeBodies();

        var changed = await RunAsync(Workflow(middle: "sort -r | sed s/-/+/"), 0);

        Assert.Equal(["last 0", "middle 0", "middle 1"], TakeBodies());
        Assert.Contains("2+1", changed.Output, StringComparison.Ordinal);
        var logs = (await _workspace.ExecutorAsync("logs", "again", "middle[0]")).Expect(0);
        Assert.Equal(["middle[0] attempt 1 | sorting", "middle[0] generation 1 attempt 1 | sorting"], logs.OutputLines);
        Assert.Contains(changed.ErrorLines, line => line.Contains("middle", StringComparison.Ordinal) && line.Contains("changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_changed_parameter_runs_again_what_uses_it()
    {
        await RunAsync(Workflow(middle: "sed s/$/{{parameters.tail}}/"), 0);
        TakeBodies();

        var changed = await RunAsync(Workflow(middle: "sed s/$/{{parameters.tail}}/"), 0, "--parameter", "tail=!");

        Assert.Contains("2-1!", changed.Output, StringComparison.Ordinal);
        Assert.Contains("middle 0", TakeBodies());
    }

    [Fact]
    public async Task After_kill_9_of_the_executor_the_run_goes_on_and_what_had_committed_is_kept()
    {
        var workflow = Workflow(middle: $"until [ -e {_workspace.PathOf("go")} ]; do sleep 0.1; done; sort -r");
        await using (var killed = _workspace.Start("run", workflow, "--run-id", "again"))
        {
            await Poll.UntilAsync(
                () => Bodies().Any(body => body.StartsWith("middle", StringComparison.Ordinal)),
                TimeSpan.FromMinutes(2),
                () => $"the second task\n{killed.Describe()}",
                TestContext.Current.CancellationToken);
            killed.Signal(Signals.Kill);
            Assert.Equal(137, (await killed.WaitAsync(TestContext.Current.CancellationToken)).ExitCode);
        }

        await _workspace.WhenNothingRunsAsync();
        TakeBodies();
        _workspace.Write("go", "");
        var resumed = await RunAsync(workflow, 0);

        Assert.Equal(["last 0", "middle 0", "middle 1"], TakeBodies());
        Assert.Contains("2-1", resumed.Output, StringComparison.Ordinal);
    }

    private async Task<ProgramResult> RunAsync(string workflow, int exitCode, params string[] more) =>
        (await _workspace.ExecutorAsync(["run", workflow, "--run-id", "again", .. more])).Expect(exitCode);

    /// <summary>first[0..1] make lines, middle[0..1] get them by partition, last gets all.</summary>
    private string Workflow(string middle) => _workspace.WriteWorkflow(
        $$"""
        parameters: {tail: ""}
        defaults:
          retries: {task: 0}
          env: {BODIES: "{{_workspace.PathOf("bodies")}}"}
        tasks:
          - name: first
            fanOut: {count: 2}
            script: |
              echo "first $EXECUTOR_INDEX" >> "$BODIES"
              for i in 1 2 3; do echo "$i-$EXECUTOR_INDEX"; done
            stdout: lines
            outputs: [{name: lines, format: lines, partitionBy: {hash: [line], partitions: 2} }]
          - name: middle
            fanOut: {over: first.lines}
            inputs: [{from: first.lines, read: partition}]
            stdin: first.lines
            script: |
              echo "middle $EXECUTOR_INDEX" >> "$BODIES"
              echo sorting >&2
              {{middle}}
            stdout: lines
            outputs: [{name: lines, format: lines}]
          - name: last
            inputs: [{from: middle.lines, read: all}]
            stdin: middle.lines
            script: |
              echo "last $EXECUTOR_INDEX" >> "$BODIES"
              sort
            stdout: lines
            outputs: [{name: lines, format: lines}]
        results: [last.lines]
        """);

    /// <summary>The bodies that ran, in order of name.</summary>
    private string[] Bodies() =>
        File.Exists(_workspace.PathOf("bodies")) ? [.. File.ReadAllLines(_workspace.PathOf("bodies")).Order(StringComparer.Ordinal)] : [];

    private string[] TakeBodies()
    {
        var bodies = Bodies();
        File.Delete(_workspace.PathOf("bodies"));
        return bodies;
    }

    /// <summary>The part of the output that shows the result, without what it cost.</summary>
    private static string Table(ProgramResult result) => string.Join('\n', result.OutputLines.TakeWhile(line => line.Length > 0));
}
