using EndToEnd.Tests.Harness;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Code;

/// <summary>Workflows whose code is a folder of scripts, run on this machine.</summary>
public sealed class CodeFolderTests : IAsyncLifetime
{
    private readonly Workspace _workspace = new();
    private readonly string _workflow;

    public CodeFolderTests()
    {
        _workflow = _workspace.WriteWorkflow(
            """
            defaults: {code: scripts}
            tasks:
              - name: words
                fanOut: {count: 2}
                command: [sh, ./words.sh, "{{index}}"]
                stdout: words
                outputs: [{name: words, format: lines}]
              - name: join
                inputs: [{from: words.words}]
                stdin: words.words
                workingDirectory: lib
                script: sort | tr '\n' "$(cat separator)"
                stdout: line
                outputs: [{name: line, format: lines}]
            results: [join.line]
            """);
        _workspace.Write("scripts/words.sh", ". ./lib/names.sh\necho \"$(name) $1\"\n");
        _workspace.Write("scripts/lib/names.sh", "name() { echo word; }\n");
        _workspace.Write("scripts/lib/separator", "+");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task Scripts_find_each_other_and_what_they_leave_behind_is_gone()
    {
        _workspace.Write("scripts/words.sh", ". ./lib/names.sh\n[ ! -e left ]; echo x > left\necho \"$(name) $1\"\n");

        var result = await RunAsync(0);

        Assert.Contains("word 0+word 1+", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_workspace.PathOf("scripts", "left")), "the body has written into the workflow's folder");
    }

    [Fact]
    public async Task A_change_of_a_script_runs_again_what_uses_the_folder_and_a_new_date_does_not()
    {
        await RunAsync(0);
        File.SetLastWriteTimeUtc(_workspace.PathOf("scripts", "words.sh"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(["join (0):1", "words (0):1", "words (1):1"], await AttemptsAsync(await RunAsync(0)));

        _workspace.Write("scripts/lib/names.sh", "name() { echo term; }\n");
        var changed = await RunAsync(0);

        Assert.Contains("term 0+term 1+", changed.Output, StringComparison.Ordinal);
        Assert.Equal(["join (0):2", "words (0):2", "words (1):2"], await AttemptsAsync(changed));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_packed_is_told_before_anything_starts()
    {
        File.CreateSymbolicLink(_workspace.PathOf("scripts", "out"), "/etc");

        var refused = await RunAsync(2);

        Assert.Contains("spec.defaults.code: found 'scripts', which cannot be used", refused.Error, StringComparison.Ordinal);
        Assert.Contains("the link leads to /etc", refused.Error, StringComparison.Ordinal);
    }

    private async Task<ProgramResult> RunAsync(int exitCode) =>
        (await _workspace.ExecutorAsync("run", _workflow, "--run-id", "code")).Expect(exitCode);

    // How many attempts each instance has had in the run so far.
    private async Task<IEnumerable<string>> AttemptsAsync(ProgramResult run)
    {
        Assert.Equal(0, run.ExitCode);
        var trace = _workspace.PathOf("trace");
        (await _workspace.ExecutorAsync("report", "code", "--trace", trace)).Expect(0);
        var lines = await File.ReadAllLinesAsync(trace, TestContext.Current.CancellationToken);
        var name = Array.IndexOf(lines[0].Split('\t'), "name");
        return lines.Skip(1).Select(line => line.Split('\t')[name]).CountBy(instance => instance)
            .Select(count => $"{count.Key}:{count.Value}").Order(StringComparer.Ordinal);
    }
}
