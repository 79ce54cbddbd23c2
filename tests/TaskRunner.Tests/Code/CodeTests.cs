using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Tests.Code;

/// <summary>Attempts whose code comes from the store.</summary>
public sealed class CodeTests : IAsyncLifetime
{
    private readonly AttemptHarness _harness = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_body_starts_in_its_code_with_folders_links_and_executable_files()
    {
        var code = PackedCode.Of(
            PackedCode.Folder("lib/"),
            PackedCode.File("lib/words.txt", "from the library\n"),
            PackedCode.Link("words", "lib/words.txt"),
            PackedCode.Link("lib/up", "../run.sh"),
            PackedCode.File("run.sh", "#!/bin/sh\ncat words; [ \"$PWD\" = \"$EXECUTOR_CODE_DIR\" ] && [ -x lib/up ] && [ ! -x lib/words.txt ] && echo ready\n", executable: true));

        var result = await RunAsync(code, AttemptHarness.Task("code", "./run.sh") with { Outputs = [AttemptHarness.Output("text", DataFormat.Lines)] });

        Assert.True(result.ExitCode == 0, result.Log);
        Assert.Equal(["from the library", "ready"], await _harness.LinesAsync("code", "text"));
        Assert.True(result.Report.Usage!.FetchSeconds > 0);
    }

    [Fact]
    public async Task A_relative_working_directory_is_one_of_the_code()
    {
        var code = PackedCode.Of(PackedCode.Folder("steps/"), PackedCode.File("steps/one.sh", "basename \"$PWD\" >&2"));

        var result = await RunAsync(code, AttemptHarness.Task("code", "sh", "one.sh") with { WorkingDirectory = "steps" });

        Assert.Equal((0, "steps\n"), (result.ExitCode, result.Log));
    }

    [Fact]
    public async Task A_dotnet_tasks_assembly_is_found_in_its_bundle()
    {
        var host = Path.Combine(_harness.Folder, "host");
        await File.WriteAllTextAsync(
            host, "#!/bin/sh\n[ -f \"$2\" ] && echo \"$1 ${2#\"$EXECUTOR_CODE_DIR\"} ${PWD##*/}\" >&2\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(host, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _harness.Environment[EnvironmentNames.DotnetHost] = host;
        var code = PackedCode.Of(PackedCode.File("Task.dll", "an assembly"));

        var result = await RunAsync(code, AttemptHarness.Task("code") with { Command = null, Dotnet = new DotnetTask("Task.dll") });

        Assert.Equal((0, "--assembly /Task.dll work\n"), (result.ExitCode, result.Log));
    }

    [Fact]
    public async Task Code_of_many_parts_comes_whole()
    {
        const int seed = 7;
        var bytes = new byte[9_000_000];
        new Random(seed).NextBytes(bytes);
        var code = PackedCode.Of(PackedCode.File("data", bytes));
        Assert.Equal(3, code.Manifest.Parts.Count);

        var result = await RunAsync(code, AttemptHarness.Shell("code", "sha256sum < data >&2"));

        Assert.StartsWith(Contracts.Integrity.Sha256Hex.Of(bytes), result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_code_no_folder_is_named()
    {
        _harness.Environment[EnvironmentNames.CodeDirectory] = "/left/over";

        var result = await _harness.RunAsync(AttemptHarness.Shell("plain", "echo ${EXECUTOR_CODE_DIR-none} >&2"));

        Assert.Equal("none\n", result.Log);
    }

    [Theory]
    [InlineData("a part that is another", "is damaged in the store")]
    [InlineData("a part that is missing", "is not in the store")]
    public async Task Damaged_code_is_the_infrastructures_failure(string damage, string expected)
    {
        var code = PackedCode.Of(PackedCode.File("run.sh", "true"));
        await code.PutAsync(_harness.Records, (_, bytes) => damage == "a part that is missing" ? null : [.. bytes.Reverse()]);

        var result = await _harness.RunAsync(AttemptHarness.Shell("code", "true") with { Code = code.Code });

        Assert.Equal((RunnerExitCodes.MachineFailed, AttemptFailure.Infrastructure), (result.ExitCode, result.Report.Failure));
        Assert.Contains($"part 1 of 1 of the task's code {expected}", result.Report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_is_missing_is_the_infrastructures_failure()
    {
        var result = await _harness.RunAsync(
            AttemptHarness.Shell("code", "true") with { Code = PackedCode.Of(PackedCode.File("run.sh", "true")).Code });

        Assert.Equal(AttemptFailure.Infrastructure, result.Report.Failure);
        Assert.Contains("the manifest of the task's code is not in the store", result.Report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_descriptor_whose_code_makes_no_sense_is_refused()
    {
        var task = AttemptHarness.Shell("code", "true");

        Assert.Contains("code is 'x'", (await _harness.RunAsync(task with { Code = new CodeBundle("x", 1) })).Log, StringComparison.Ordinal);
        Assert.Contains("is relative", (await _harness.RunAsync(task with { WorkingDirectory = "steps" })).Log, StringComparison.Ordinal);
        var outside = task with { Command = null, Dotnet = new DotnetTask("../Task.dll"), Code = new CodeBundle(new string('0', 64), 1) };
        Assert.Contains("'../Task.dll' is not a path inside the code", (await _harness.RunAsync(outside)).Log, StringComparison.Ordinal);
    }

    private async Task<AttemptResult> RunAsync(PackedCode code, TaskDescriptor task)
    {
        await code.PutAsync(_harness.Records);
        return await _harness.RunAsync(task with { Code = code.Code });
    }
}
