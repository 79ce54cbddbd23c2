using System.Text.Json;
using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Commands;

/// <summary>The commands that look at a run, or end it, from another process than the one that runs it.</summary>
public sealed class RunCommandsTests : IAsyncDisposable
{
    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task A_finished_run_can_be_listed_looked_at_verified_and_deleted()
    {
        await RunAsync("one", 0);

        Assert.Contains("one", (await _workspace.ExecutorAsync("ls")).Expect(0).Output, StringComparison.Ordinal);

        var status = (await _workspace.ExecutorAsync("status", "one")).Expect(0);
        Assert.Contains("succeeded", status.Output, StringComparison.Ordinal);
        Assert.Contains(status.OutputLines, line => line.StartsWith("count", StringComparison.Ordinal) && line.Contains('3', StringComparison.Ordinal));

        var verified = (await _workspace.ExecutorAsync("store", "verify", "one")).Expect(0);
        Assert.Contains("4 commits", verified.Output, StringComparison.Ordinal);
        Assert.Contains("0 lost", verified.Output, StringComparison.Ordinal);

        (await _workspace.ExecutorAsync("delete", "one")).Expect(0);
        Assert.DoesNotContain("one", (await _workspace.ExecutorAsync("ls")).Expect(0).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(_workspace.State, "*", SearchOption.AllDirectories),
            path => Path.GetFileName(path) == "one");
    }

    [Fact]
    public async Task What_a_run_takes_in_the_store_is_told_to_people_and_to_programs()
    {
        await RunAsync("one", 0);

        var stat = (await _workspace.ExecutorAsync("store", "stat", "one")).Expect(0);
        Assert.Contains(stat.OutputLines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^count\.numbers +0 +3 +1 +\d+ +3 "));
        Assert.Contains("2 sealed outputs with 2 partitions", stat.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await _workspace.ExecutorAsync("store", "stat", "one", "--output", "json")).Expect(0).Output).RootElement;
        Assert.Equal(["count.numbers", "sum.total"], json.GetProperty("outputs").EnumerateArray().Select(output => output.Text("output")));
        Assert.Equal(300, json.GetProperty("outputs")[0].Number("rows"));
        var listed = JsonDocument.Parse((await _workspace.ExecutorAsync("store", "ls", "--output", "json")).Expect(0).Output).RootElement;
        Assert.Equal(("one", json.Number("segments"), json.Number("recordBytes")), (listed.Text("run"), listed.Number("segments"), listed.Number("recordBytes")));
    }

    [Fact]
    public async Task The_logs_of_all_of_a_task_and_of_an_instance_are_kept()
    {
        await RunAsync("one", 0);

        var all = (await _workspace.ExecutorAsync("logs", "one")).Expect(0);
        var task = (await _workspace.ExecutorAsync("logs", "one", "count")).Expect(0);
        var instance = (await _workspace.ExecutorAsync("logs", "one", "count[2]")).Expect(0);

        Assert.Equal(4, all.OutputLines.Count(line => line.Contains("instance", StringComparison.Ordinal)));
        Assert.Equal(3, task.OutputLines.Count(line => line.Contains("instance", StringComparison.Ordinal)));
        Assert.Equal("count[2] attempt 1 | instance 2 of count", Assert.Single(instance.OutputLines));
    }

    [Fact]
    public async Task Verify_finds_what_a_deleted_segment_takes_along()
    {
        await RunAsync("one", 0);
        var segment = Directory.EnumerateFiles(_workspace.State, "*", SearchOption.AllDirectories)
            .Where(path => path.Contains("/segments/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).First();
        File.Delete(segment);

        var lossy = (await _workspace.ExecutorAsync("store", "verify", "one")).Expect(1);

        Assert.Contains(lossy.OutputLines, line => line.Contains('[', StringComparison.Ordinal) && line.Contains("generation 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Status_tells_programs_every_launch_and_commit_in_the_journals_order()
    {
        await RunAsync("one", 0);

        var decisions = RunJournal.Parse((await _workspace.ExecutorAsync("status", "one", "--journal")).Expect(0));

        Assert.Equal(4, decisions.Count(decision => decision.Kind == "launch"));
        Assert.Equal(4, decisions.Count(decision => decision.Kind == "committed"));
        Assert.Empty(RunJournal.LaunchedAfterCommit(decisions));
    }

    [Fact]
    public async Task Status_tells_programs_where_the_tasks_stand()
    {
        await RunAsync("one", 0);

        var status = JsonDocument.Parse((await _workspace.ExecutorAsync("status", "one", "--output", "json")).Expect(0).Output).RootElement;

        Assert.Equal("succeeded", status.Text("state"));
        Assert.Equal([("count", 3L, 3L), ("sum", 1L, 1L)], status.GetProperty("tasks").EnumerateArray().Select(
            task => (task.Text("task")!, task.Number("instances")!.Value, task.Number("done")!.Value)));
    }

    [Fact]
    public async Task A_run_that_is_cancelled_from_elsewhere_ends_and_can_go_on()
    {
        var workflow = _workspace.WriteWorkflow(
            $$"""
            tasks:
              - name: wait
                env: {FOLDER: "{{_workspace.PathOf()}}"}
                script: |
                  : > "$FOLDER/waiting"
                  until [ -e "$FOLDER/go" ]; do sleep 0.1; done
            """);
        await using (var program = _workspace.Start("run", workflow, "--run-id", "long"))
        {
            await Poll.UntilAsync(
                () => File.Exists(_workspace.PathOf("waiting")), TimeSpan.FromMinutes(2), program.Describe, TestContext.Current.CancellationToken);
            Assert.Contains("unfinished", (await _workspace.ExecutorAsync("status", "long")).Expect(0).Output, StringComparison.Ordinal);
            Assert.Contains("has not finished", (await _workspace.ExecutorAsync("store", "rm", "long", "--yes")).Expect(2).Error, StringComparison.Ordinal);

            (await _workspace.ExecutorAsync("cancel", "long")).Expect(0);

            (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(130);
        }

        await _workspace.WhenNothingRunsAsync();
        Assert.Contains("cancelled", (await _workspace.ExecutorAsync("status", "long")).Expect(0).Output, StringComparison.Ordinal);
        _workspace.Write("go", "");
        (await _workspace.ExecutorAsync("run", workflow, "--run-id", "long")).Expect(0);
        (await _workspace.ExecutorAsync("store", "rm", "long", "--yes")).Expect(0);
        Assert.DoesNotContain("long", (await _workspace.ExecutorAsync("ls")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("cancel")]
    [InlineData("delete")]
    [InlineData("logs")]
    [InlineData("store verify")]
    [InlineData("store stat")]
    [InlineData("store cost")]
    [InlineData("store rm --yes")]
    public async Task A_run_that_there_is_not_is_told_and_not_made(string command)
    {
        var result = (await _workspace.ExecutorAsync([.. command.Split(' '), "nosuchrun"])).Expect(2);

        Assert.Contains("nosuchrun", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("nosuchrun", (await _workspace.ExecutorAsync("ls")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_and_validate_start_nothing()
    {
        var workflow = Workflow();

        Assert.Contains("count", (await _workspace.ExecutorAsync("plan", workflow)).Expect(0).Output, StringComparison.Ordinal);
        (await _workspace.ExecutorAsync("validate", workflow)).Expect(0);

        Assert.False(Directory.Exists(_workspace.State));
    }

    private async Task<ProgramResult> RunAsync(string run, int exitCode) =>
        (await _workspace.ExecutorAsync("run", Workflow(), "--run-id", run)).Expect(exitCode);

    private string Workflow() => _workspace.WriteWorkflow(
        """
        tasks:
          - name: count
            fanOut: {count: 3}
            script: |
              echo "instance $EXECUTOR_INDEX of count" >&2
              seq 100
            stdout: numbers
            outputs: [{name: numbers, format: lines}]
          - name: sum
            inputs: [{from: count.numbers, read: all}]
            stdin: count.numbers
            script: |
              echo "instance 0 of sum" >&2
              awk '{ s += $1 } END { print s }'
            stdout: total
            outputs: [{name: total, format: lines}]
        results: [sum.total]
        """);
}
