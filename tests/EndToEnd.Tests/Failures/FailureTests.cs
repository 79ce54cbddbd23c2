using EndToEnd.Tests.Harness;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Failures;

/// <summary>What a user is told when a task fails: which instance, how it ended, the last lines of its log.</summary>
public sealed class FailureTests : IAsyncDisposable
{
    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task A_failing_task_ends_the_run_with_1_and_is_named_with_its_exit_code_and_its_last_lines()
    {
        var result = await RunAsync(
            """
            - name: work
              fanOut: {count: 3}
              retries: {task: 1}
              script: |
                for i in $(seq 100); do echo "step $i" >&2; done
                [ $EXECUTOR_INDEX != 1 ] || { echo "no such customer" >&2; exit 42; }
            """);

        result.Expect(1);
        Assert.Contains(result.ErrorLines, line => line.Contains("work[1]", StringComparison.Ordinal) && line.Contains("42", StringComparison.Ordinal));
        var verdict = result.Error[result.Error.LastIndexOf("work[1] failed", StringComparison.Ordinal)..];
        Assert.Contains("no such customer", verdict, StringComparison.Ordinal);
        Assert.Contains("step 100", verdict, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_task_is_tried_again_as_often_as_its_retries_say()
    {
        var result = await RunAsync(
            $$"""
            - name: work
              retries: {task: 2}
              env: {TRIES: "{{_workspace.PathOf("tries")}}"}
              script: echo tried >> $TRIES; exit 1
            """);

        result.Expect(1);
        Assert.Equal(3, (await File.ReadAllLinesAsync(_workspace.PathOf("tries"), TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task A_missing_command_fails_the_run_at_once_and_is_named()
    {
        var result = await RunAsync("- {name: work, command: [no-such-program, --fast]}");

        result.Expect(1);
        Assert.Contains(result.ErrorLines, line => line.Contains("work[0]", StringComparison.Ordinal) && line.Contains("no-such-program", StringComparison.Ordinal));
        Assert.DoesNotContain("attempt 2", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_a_signal_ended_is_told_from_one_that_exited()
    {
        var result = await RunAsync("- {name: work, retries: {task: 0}, script: kill -SEGV $$}");

        result.Expect(1);
        Assert.Contains(
            result.ErrorLines,
            line => line.Contains("work[0]", StringComparison.Ordinal) && (line.Contains("SIGSEGV", StringComparison.Ordinal) || line.Contains("signal 11", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_body_over_its_time_is_ended_with_all_that_it_started()
    {
        var result = await RunAsync("- {name: work, timeout: 1s, retries: {task: 0}, script: sleep 1000 & sleep 1000}");

        result.Expect(1);
        Assert.Contains(result.ErrorLines, line => line.Contains("work[0]", StringComparison.Ordinal) && line.Contains("time limit of 00:00:01", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_body_over_its_memory_is_called_out_of_memory()
    {
        // tail keeps all of a line that never ends.
        var result = await RunAsync(
            "- {name: work, resources: {memory: 96Mi}, retries: {task: 0}, script: head -c 2000000000 /dev/zero | tail -n 1 > /dev/null}");

        result.Expect(1);
        Assert.Contains(result.ErrorLines, line => line.Contains("work[0]", StringComparison.Ordinal) && line.Contains("memory", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_body_that_needs_more_memory_gets_it_at_its_second_attempt()
    {
        // The first attempt holds what it has taken until it is ended for it: of the pipe, a writer outlives its reader by one write.
        var workflow = _workspace.WriteWorkflow(
            """
            tasks:
            - name: work
              resources: {memory: 96Mi}
              script: |
                { head -c 94371840 /dev/zero; [ $EXECUTOR_ATTEMPT -gt 1 ] || while printf x; do sleep 0.1; done; } | tail -n 1 > /dev/null
            """);
        var result = await _workspace.ExecutorAsync("run", workflow, "--run-id", "grows");
        var report = await _workspace.ExecutorAsync("report", "grows");
        await _workspace.WhenNothingRunsAsync();

        result.Expect(0);
        Assert.Contains(result.ErrorLines, line => line.EndsWith("work[0]: out of memory at 96 MiB, tried again with 192 MiB", StringComparison.Ordinal));
        report.Expect(0);
        Assert.Contains("192 MiB", report.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_that_is_not_Arrow_is_refused_with_what_was_found()
    {
        var result = await RunAsync(
            """
            - name: work
              retries: {task: 0}
              command: [echo, hello]
              stdout: table
              outputs: [{name: table}]
            """);

        result.Expect(1);
        Assert.Contains(
            result.ErrorLines,
            line => line.Contains("work[0]", StringComparison.Ordinal) && line.Contains("table", StringComparison.Ordinal) && line.Contains("Arrow", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dotnet_task_that_does_not_compile_ends_with_2_and_the_compilers_line()
    {
        _workspace.Write("Broken.cs", "public sealed class Broken : Executor.Sdk.ITask\n{\n    int x = ;\n}\n");

        var result = (await _workspace.ExecutorAsync(
            "run", _workspace.WriteWorkflow("tasks: [{name: work, dotnet: {source: Broken.cs}}]"))).Expect(2);

        Assert.Contains(result.ErrorLines, line => line.Contains("Broken.cs", StringComparison.Ordinal) && line.Contains("CS1525", StringComparison.Ordinal));
    }

    private async Task<ProgramResult> RunAsync(string tasks)
    {
        var result = await _workspace.ExecutorAsync("run", _workspace.WriteWorkflow($"tasks:\n{tasks}"));
        await _workspace.WhenNothingRunsAsync();
        return result;
    }
}
