using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Native;

namespace Executor.TaskRunner.Tests.Lifecycle;

public sealed class FailureTests : IAsyncDisposable
{
    private readonly AttemptHarness _harness = new();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    private static void AssertFailed(AttemptResult result, int exitCode, AttemptFailure failure, string error)
    {
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal(AttemptPhase.Failed, result.Report.Phase);
        Assert.Equal(failure, result.Report.Failure);
        Assert.Contains(error, result.Report.Error, StringComparison.Ordinal);
        Assert.Null(result.Commit);
    }

    [Theory]
    [InlineData("exit 7", 7, 7, null)]
    [InlineData("exit 124", 124, 124, null)]
    [InlineData("kill -SEGV $$", 139, null, 11)]
    [InlineData("kill -KILL $$", 137, null, 9)]
    public async Task The_end_of_the_body_is_passed_through(string script, int exitCode, int? code, int? signal)
    {
        var result = await _harness.RunAsync(AttemptHarness.Shell("fail", script));

        AssertFailed(result, exitCode, AttemptFailure.Body, signal is null ? $"exit code {code}" : $"signal {signal}");
        Assert.Equal(code, result.Report.ExitCode);
        Assert.Equal(signal, result.Report.Signal);
        Assert.Equal(0, _harness.Hooks.Commits);
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_named() =>
        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Task("missing", "no-such-command")),
            127, AttemptFailure.Configuration, "the command 'no-such-command' is not found in PATH=/usr/local/bin:/usr/bin:/bin");

    [Fact]
    public async Task A_file_that_is_not_executable_is_named()
    {
        var path = Path.Combine(_harness.Folder, "data");
        await File.WriteAllTextAsync(path, "data", TestContext.Current.CancellationToken);

        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Task("data", path)),
            127, AttemptFailure.Configuration, $"'{path}' is not an executable file");
    }

    [Theory]
    [InlineData("#!/no/such/interpreter\n", "interpreter")]
    [InlineData("no header\n", "#!")]
    public async Task A_script_that_cannot_be_interpreted_says_why(string content, string error)
    {
        var path = Path.Combine(_harness.Folder, "script");
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        AssertFailed(await _harness.RunAsync(AttemptHarness.Task("script", path)), 127, AttemptFailure.Configuration, error);
    }

    [Fact]
    public async Task A_working_directory_that_is_not_there_is_named() =>
        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Task("lost", "true") with { WorkingDirectory = "/no/such/folder" }),
            127, AttemptFailure.Configuration, "the working directory /no/such/folder does not exist");

    [Fact]
    public async Task A_dotnet_host_that_is_not_there_is_named()
    {
        _harness.Environment[EnvironmentNames.DotnetHost] = "/no/such/host";

        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Task("dotnet") with { Command = null, Dotnet = new DotnetTask("/task.dll", null) }),
            127, AttemptFailure.Configuration, "the host of .NET tasks is not at /no/such/host");
    }

    [Fact]
    public async Task A_dotnet_task_is_given_to_its_host()
    {
        var host = Path.Combine(_harness.Folder, "host");
        await File.WriteAllTextAsync(host, "#!/bin/sh\necho \"$@\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(host, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _harness.Environment[EnvironmentNames.DotnetHost] = host;

        await _harness.RunAsync(AttemptHarness.Task("dotnet") with
        {
            Command = null,
            Dotnet = new DotnetTask("/task.dll", "Some.Type"),
            Outputs = [AttemptHarness.Output("said", DataFormat.Lines)],
        });

        Assert.Equal(["--assembly /task.dll --type Some.Type"], await _harness.LinesAsync("dotnet", "said"));
    }

    [Theory]
    [InlineData("{", "is not a task descriptor")]
    [InlineData("null", "is not a task descriptor")]
    [InlineData("""{"attempt":null,"definition":"d","taskDefinition":"t","stores":[],"resources":null}""", "$.attempt")]
    [InlineData("""{"definition":"d","taskDefinition":"t","stores":[],"resources":{"cpuMillicores":1,"memoryBytes":1}}""", "'attempt'")]
    [InlineData(
        """{"attempt":{"run":"r","task":"t","index":0,"generation":0,"attempt":1},"definition":"d","taskDefinition":"t","stores":["http://a:1"],"resources":{"cpuMillicores":1,"memoryBytes":1}}""",
        "exactly one of command")]
    public async Task A_descriptor_that_cannot_be_read_is_refused(string descriptor, string error) =>
        AssertFailed(
            await _harness.RunAsync(descriptor, new AttemptId(AttemptHarness.Run, "none", 0, 0, 1)),
            120, AttemptFailure.Configuration, error);

    [Fact]
    public async Task A_descriptor_without_a_body_is_refused() =>
        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Task("none")),
            120, AttemptFailure.Configuration, "exactly one of command (with at least one element) and dotnet is needed");

    [Fact]
    public async Task Range_bounds_must_match_the_partitions() =>
        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Task("range", "true") with
            {
                Outputs = [AttemptHarness.Output("rows", DataFormat.Lines, kind: PartitioningKind.Range, count: 3, columns: ["line"], bounds: ["m"])],
            }),
            120, AttemptFailure.Configuration, "one column and 2 bounds are needed");

    [Theory]
    [InlineData("echo hello world", "it begins with 'hello world'")]
    [InlineData("true", "it is empty")]
    [InlineData("printf 'ARROW1\\0\\0abc'", "it is in the Arrow file format")]
    [InlineData("head -c 3000 /dev/zero | tr '\\0' '\\377'", "is not an Arrow IPC stream")]
    public async Task An_output_that_is_not_an_arrow_stream_is_described(string script, string error) =>
        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Shell("garbage", script) with { Outputs = [AttemptHarness.Output("rows", DataFormat.Arrow)] }),
            123, AttemptFailure.InvalidOutput, error);

    [Fact]
    public async Task A_failing_body_counts_more_than_its_broken_output() =>
        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Shell("both", "echo usage: ...; exit 2") with
            {
                Outputs = [AttemptHarness.Output("rows", DataFormat.Arrow)],
            }),
            2, AttemptFailure.Body, "exit code 2");

    [Fact]
    public async Task A_line_that_is_not_utf8_is_numbered() =>
        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Task("latin", "printf", "fine\\nfine too\\nM\\374nchen\\n") with
            {
                Outputs = [AttemptHarness.Output("text", DataFormat.Lines)],
            }),
            123, AttemptFailure.InvalidOutput, "line 3 of output text is not UTF-8 text");

    [Fact]
    public async Task A_declared_file_that_is_missing_is_named() =>
        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Task("forgetful", "true") with
            {
                Outputs = [AttemptHarness.Output("rows", DataFormat.Arrow, stdout: false)],
            }),
            123, AttemptFailure.InvalidOutput, "there is no file rows.arrows in EXECUTOR_OUTPUT_DIR");

    [Fact]
    public async Task A_missing_key_column_is_shown_beside_those_that_exist() =>
        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Task("keys", "echo", "x") with
            {
                Outputs = [AttemptHarness.Output("text", DataFormat.Lines, kind: PartitioningKind.Hash, count: 2, columns: ["region"])],
            }),
            123, AttemptFailure.InvalidOutput, "by column 'region', which its schema does not have; it has: 'line'");

    [Fact]
    public async Task A_body_that_runs_too_long_is_ended() =>
        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Shell("slow", "sleep 100") with { Timeout = TimeSpan.FromMilliseconds(200) }),
            124, AttemptFailure.TimedOut, "longer than its time limit of 00:00:00.2");

    [Fact]
    public async Task A_wish_to_stop_is_passed_on_to_the_whole_group()
    {
        var ready = Path.Combine(_harness.Folder, "ready");
        var descriptor = AttemptHarness.Shell("stopped", $"trap 'echo got it >&2; exit 3' TERM; mkfifo {ready}; echo > {ready}; sleep 100 & wait");

        var result = await _harness.RunAsync(descriptor, async stop =>
        {
            await FifoAsync(ready);
            stop.Request(Libc.SignalTerminate);
        });

        AssertFailed(result, 143, AttemptFailure.Terminated, "asked to stop by signal 15");
        Assert.Contains("got it", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_listen_is_killed_after_the_grace()
    {
        var ready = Path.Combine(_harness.Folder, "ready");
        var descriptor = AttemptHarness.Shell("deaf", $"trap '' TERM; mkfifo {ready}; echo > {ready}; sleep 100");

        var started = TimeProvider.System.GetTimestamp();
        var result = await _harness.RunAsync(descriptor, async stop =>
        {
            await FifoAsync(ready);
            started = TimeProvider.System.GetTimestamp();
            stop.Request(Libc.SignalTerminate);
        });

        AssertFailed(result, 143, AttemptFailure.Terminated, "asked to stop");
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_wish_to_stop_ends_the_wait_for_a_seal()
    {
        var asked = new TaskCompletionSource();
        _harness.Hooks.BeforeSeal = _ =>
        {
            asked.TrySetResult();
            return Task.CompletedTask;
        };

        var result = await _harness.RunAsync(
            AttemptHarness.Task("early", "true") with { Inputs = [AttemptHarness.Input("never.sealed", DataFormat.Lines)] },
            async stop =>
            {
                await asked.Task;
                stop.Request(Libc.SignalTerminate);
            });

        AssertFailed(result, 143, AttemptFailure.Terminated, "asked to stop");
    }

    [Fact]
    public async Task Lost_input_ends_the_body_before_it_can_take_a_part_for_the_whole()
    {
        await MakeAsync("seq 1 200000", 20);
        _harness.Hooks.BeforeRead = (number, _) => number == 1
            ? throw new ShuffleException(ShuffleError.DataLoss, "block 1 of make.text is gone")
            : Task.CompletedTask;

        var result = await _harness.RunAsync(AttemptHarness.Shell("sum", "wc -l; echo finished >&2") with
        {
            Inputs = [AttemptHarness.Input("make.text", DataFormat.Lines)],
            Outputs = [AttemptHarness.Output("count", DataFormat.Lines)],
        });

        AssertFailed(result, 122, AttemptFailure.InputLost, "block 1 of make.text is gone");
        Assert.DoesNotContain("finished", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_closes_its_input_early_is_fine()
    {
        await MakeAsync("seq 1 200000", 20);

        var result = await _harness.RunAsync(AttemptHarness.Task("head", "head", "-n", "2") with
        {
            Inputs = [AttemptHarness.Input("make.text", DataFormat.Lines)],
            Outputs = [AttemptHarness.Output("first", DataFormat.Lines)],
        });

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(2, (await _harness.LinesAsync("head", "first")).Count);
    }

    [Fact]
    public async Task An_unreachable_store_ends_the_body()
    {
        _harness.Hooks.BeforeWrite = (_, _) => throw new ShuffleException(ShuffleError.Unavailable, "no store could be reached");

        var result = await _harness.RunAsync(AttemptHarness.Shell("endless", "yes") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines)],
        });

        AssertFailed(result, 121, AttemptFailure.StoreUnavailable, "no store could be reached");
    }

    [Fact]
    public async Task Another_schema_than_the_other_instances_is_refused()
    {
        await MakeAsync("echo x", 1);
        var other = AttemptHarness.Shell("other", "echo x") with { Outputs = [AttemptHarness.Output("text", DataFormat.Lines)] };
        Assert.Equal(0, (await _harness.RunAsync(other)).ExitCode);

        var schema = new Arrow.Types.Schema([new Arrow.Types.Field("id", Arrow.Types.Int32Type.Default, false)]);
        var rows = new Arrow.RecordBatch(schema, [new Arrow.Int32Array.Builder().Append(1).Build()], 1);
        var result = await _harness.RunAsync(AttemptHarness.Task("other", "cat", _harness.ArrowFile("in", rows)) with
        {
            Attempt = other.Attempt with { Index = 1 },
            Outputs = [AttemptHarness.Output("text", DataFormat.Arrow)],
        });

        AssertFailed(result, 123, AttemptFailure.InvalidOutput, "id: int32");
    }

    [Fact]
    public async Task Other_columns_cannot_be_read_as_lines()
    {
        var schema = new Arrow.Types.Schema([new Arrow.Types.Field("id", Arrow.Types.Int32Type.Default, false)]);
        var rows = new Arrow.RecordBatch(schema, [new Arrow.Int32Array.Builder().Append(1).Build()], 1);
        await _harness.RunAsync(AttemptHarness.Task("make", "cat", _harness.ArrowFile("in", rows)) with
        {
            Outputs = [AttemptHarness.Output("rows", DataFormat.Arrow)],
        });
        await _harness.SealAsync("make", "rows");

        AssertFailed(
            await _harness.RunAsync(AttemptHarness.Task("read", "cat") with { Inputs = [AttemptHarness.Input("make.rows", DataFormat.Lines)] }),
            120, AttemptFailure.Configuration, "one string column 'line' is needed");
    }

    [Fact]
    public async Task A_scratch_folder_that_cannot_be_written_is_named()
    {
        var file = Path.Combine(_harness.Folder, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        _harness.Environment[EnvironmentNames.ScratchDirectory] = file;

        AssertFailed(await _harness.RunAsync(AttemptHarness.Task("full", "true")), 125, AttemptFailure.Infrastructure, file);
    }

    private async Task MakeAsync(string script, int partitions)
    {
        await _harness.RunAsync(AttemptHarness.Shell("make", script) with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines, kind: PartitioningKind.RoundRobin, count: partitions)],
        });
        await _harness.SealAsync("make", "text");
    }

    // Opening a named pipe waits for the other side, so this returns when the body is where it writes to it.
    private static async Task FifoAsync(string path)
    {
        while (!File.Exists(path))
        {
            await Task.Yield();
        }

        await File.ReadAllTextAsync(path);
    }
}
