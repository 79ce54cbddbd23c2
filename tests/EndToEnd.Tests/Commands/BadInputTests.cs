using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests.Commands;

/// <summary>
/// Bad input through the real executable: exit code 2, one clear line on standard error, nothing on standard output, nothing started.
/// Every kind of error in a workflow file has its row in Executor.Tests.
/// </summary>
public sealed class BadInputTests : IAsyncDisposable
{
    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Theory]
    [InlineData("tasks: [{name: a, comand: [ls]}]", "workflow.yaml:5:", "comand", "command")]
    [InlineData("tasks:\n- {name: a, command: [ls]}\n- {name: a, command: [ls]}", "workflow.yaml:7:", "'a'")]
    [InlineData("tasks: [{name: a, command: [ls]}", "workflow.yaml:")]
    [InlineData("tasks: [{name: a, command: ls -l}]", "workflow.yaml:5:", "'ls -l'", "script")]
    [InlineData("tasks: [{name: a, command: [ls], inputs: [{from: b.rows}]}]", "workflow.yaml:5:", "b.rows")]
    [InlineData("tasks:\n- {name: a, command: [ls], after: [b]}\n- {name: b, command: [ls], after: [a]}", "a", "b")]
    [InlineData("tasks: [{name: a, command: [\"{{parameters.day}}\"]}]", "workflow.yaml:5:", "day")]
    [InlineData("tasks: [{name: a, command: [ls], resources: {memory: 5 apples}}]", "workflow.yaml:5:", "5 apples", "256Mi")]
    [InlineData("tasks: [{name: a, command: [ls], fanOut: {count: -1}}]", "workflow.yaml:5:", "-1")]
    [InlineData("tasks: []", "workflow.yaml:5:", "at least one task")]
    [InlineData("tasks: [{name: a, dotnet: {source: Missing.cs}}]", "Missing.cs")]
    public async Task A_mistake_in_the_workflow_is_told_by_run_and_validate_with_its_place(string spec, params string[] said)
    {
        var workflow = _workspace.WriteWorkflow(spec);

        foreach (var command in new[] { "run", "validate" })
        {
            var result = (await _workspace.ExecutorAsync(command, workflow)).Expect(2);

            Assert.Empty(result.Output);
            Assert.All(said, text => Assert.Contains(text, result.Error, StringComparison.Ordinal));
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(_workspace.State, "attempts")));
        }
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run no-such-file.yaml", "no-such-file.yaml")]
    [InlineData("run .", ".: found a folder")]
    [InlineData("run good.yaml --parameter day", "--parameter", "'day'", "name=value")]
    [InlineData("run good.yaml --parameter dya=1", "dya")]
    [InlineData("run good.yaml --store https://127.0.0.1:1 --store-key-file key --store-ca-file good.yaml", "--store-ca-file: good.yaml holds no certificate")]
    [InlineData("ls --store https://127.0.0.1:1 --store-key-file key --store-ca-file no-such-file", "--store-ca-file", "no-such-file")]
    [InlineData("ls --store-server-name executor-store.batch.svc", "--store-server-name goes with --store")]
    [InlineData("run good.yaml --run-id Bad_Name", "--run-id", "'Bad_Name'")]
    [InlineData("run good.yaml --parallel 0", "--parallel", "0")]
    [InlineData("run good.yaml --parallel many", "many")]
    [InlineData("run good.yaml --format xml", "xml", "arrow", "csv", "jsonl")]
    [InlineData("run good.yaml --output yaml", "yaml", "json")]
    [InlineData("run good.yaml --store http://127.0.0.1:1", "--store-key-file")]
    [InlineData("run good.yaml --store nowhere --store-key-file good.yaml", "nowhere")]
    [InlineData("run good.yaml --fast", "--fast")]
    [InlineData("walk good.yaml", "walk")]
    [InlineData("logs run-1 task[x]", "task[x]")]
    public async Task A_mistake_on_the_command_line_is_told_in_a_line(string arguments, params string[] said)
    {
        _workspace.Write("good.yaml", await File.ReadAllTextAsync(
            _workspace.WriteWorkflow("parameters: {day: \"1\"}\ntasks: [{name: a, command: [\"true\"]}]"), TestContext.Current.CancellationToken));

        var result = (await _workspace.ExecutorAsync(arguments.Split(' '))).Expect(2);

        Assert.Empty(result.Output);
        Assert.InRange(result.ErrorLines.Count, 1, 6);
        Assert.All(said, text => Assert.Contains(text, result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_that_must_be_given_is_asked_for()
    {
        var workflow = _workspace.WriteWorkflow("parameters: {day: {required: true}}\ntasks: [{name: a, command: [\"true\"]}]");

        var result = (await _workspace.ExecutorAsync("run", workflow)).Expect(2);

        Assert.Contains("day", result.Error, StringComparison.Ordinal);
        Assert.Contains("--parameter", result.Error, StringComparison.Ordinal);
        (await _workspace.ExecutorAsync("run", workflow, "--parameter", "day=1")).Expect(0);
    }

    [Fact]
    public async Task A_file_that_is_not_text_is_refused_in_a_line()
    {
        var path = _workspace.PathOf("binary.yaml");
        await File.WriteAllBytesAsync(path, [0x7f, (byte)'E', (byte)'L', (byte)'F', 0, 0xff, 0xfe, 0], TestContext.Current.CancellationToken);

        var result = (await _workspace.ExecutorAsync("run", path)).Expect(2);

        Assert.Contains("binary.yaml", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_is_refused_in_a_line()
    {
        // Root may read everything, but not while a folder stands where the file should be.
        var path = _workspace.WriteWorkflow("tasks: [{name: a, command: [ls]}]", "secret");
        File.SetUnixFileMode(path, UnixFileMode.None);
        if (Environment.IsPrivilegedProcess)
        {
            File.Delete(path);
            Directory.CreateDirectory(path);
        }

        var result = (await _workspace.ExecutorAsync("run", path)).Expect(2);

        Assert.Contains("secret.yaml", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_mistakes_of_a_file_are_told_at_once()
    {
        var result = (await _workspace.ExecutorAsync(
            "run", _workspace.WriteWorkflow("tasks: [{name: A, command: [ls]}, {name: b, colour: red}]\nresults: [c.rows]"))).Expect(2);

        Assert.Contains("'A'", result.Error, StringComparison.Ordinal);
        Assert.Contains("colour", result.Error, StringComparison.Ordinal);
        Assert.Contains("c.rows", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_used_is_no_fault_of_the_workflow()
    {
        var workflow = _workspace.WriteWorkflow("tasks: [{name: a, command: [\"true\"]}]");

        var result = (await _workspace.ExecutorAsync("run", workflow, "--state", workflow)).Expect(3);

        Assert.Contains(workflow, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_out_of_reach_is_no_fault_of_the_workflow()
    {
        var workflow = _workspace.WriteWorkflow("tasks: [{name: a, command: [\"true\"]}]");
        var key = _workspace.Write("key", new string('a', 64));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var result = (await _workspace.ExecutorAsync("run", workflow, "--store", "http://127.0.0.1:1", "--store-key-file", key)).Expect(3);

        Assert.Contains("127.0.0.1:1", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
