using System.Runtime.InteropServices;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.TaskBodies;
using Xunit;

namespace Executor.Sdk.Tests.Hosting;

/// <summary>Tasks that fail, and wrong calls, in the real host process.</summary>
public sealed partial class FailingTests
{
    [Fact]
    public async Task An_exception_is_shown_in_full_and_its_output_has_no_end()
    {
        var run = await HostProcess.RunBodyAsync("Fail", outputs: [HostProcess.Stdout("n")]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("System.InvalidOperationException: the reactor is too hot", run.Errors, StringComparison.Ordinal);
        Assert.Contains("System.TimeoutException: no coolant", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Bodies.cs:line", run.Errors, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => HostProcess.ReadArrow(run.Output));
    }

    [Fact]
    public async Task Another_schema_than_declared_is_refused_with_both()
    {
        var run = await HostProcess.RunBodyAsync("Liar", outputs: [HostProcess.Stdout("numbers")]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("output 'numbers' has the schema\n  {n: int64 not null}\nbut was given\n  {n: string}", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_that_nobody_described_is_refused()
    {
        var run = await HostProcess.RunBodyAsync("Silent", outputs: [HostProcess.Stdout("numbers")]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("output 'numbers': there was no batch and no schema is declared", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_that_are_no_lines_are_refused_for_an_output_of_lines()
    {
        var run = await HostProcess.RunBodyAsync(
            "Count", outputs: [HostProcess.Stdout("text", DataFormat.Lines)], parameters: new() { ["rows"] = "1" });
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("expected a string column 'line', found {n: int64 not null}", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_without_an_output_is_refused()
    {
        var run = await HostProcess.RunBodyAsync("Count", parameters: new() { ["rows"] = "1" });
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the task has no outputs", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_parameter_is_named_with_its_value()
    {
        var run = await HostProcess.RunBodyAsync("Count", outputs: [HostProcess.Stdout("n")], parameters: new() { ["rows"] = "many" });
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            "parameter 'rows' is 'many', expected a whole number from -2147483648 to 2147483647", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, "it stops without an end-of-stream marker")]
    [InlineData(20, "is not a whole Arrow stream")]
    public async Task An_input_that_was_cut_off_is_no_input(int missingBytes, string reason)
    {
        var whole = HostProcess.ArrowBytes(Numbers.Batch([1, 2, 3]));
        var folder = Directory.CreateTempSubdirectory("executor-host-");
        try
        {
            var run = await HostProcess.RunBodyAsync(
                "Split",
                inputs: [HostProcess.Stdin("first.numbers")],
                outputs: [HostProcess.Stdout("all"), new DataBinding("even", Path.Combine(folder.FullName, "even"), DataFormat.Arrow)],
                stdin: whole[..^missingBytes]);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("input 'first.numbers'", run.Errors, StringComparison.Ordinal);
            Assert.Contains(reason, run.Errors, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("Nothing", "there is no task type Nothing in TaskBodies.dll. Its task types are: Executor.TaskBodies.Chatter, Executor.TaskBodies.Count, ")]
    [InlineData("Executor.TaskBodies.NoTask", "is not a task: it does not implement Executor.Sdk.ITask")]
    [InlineData("Demanding", "Executor.TaskBodies.Demanding has no constructor without parameters")]
    [InlineData(null, "TaskBodies.dll has several task types; name one with 'type'. Its task types are: ")]
    public async Task A_wrong_type_is_told_with_the_candidates(string? type, string message)
    {
        var run = await HostProcess.RunAsync(HostProcess.Bodies, type);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("dotnet-host: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--assembly is missing")]
    [InlineData("unknown argument 'run'", "run")]
    [InlineData("--type needs a name", "--assembly", "a.dll", "--type")]
    [InlineData("there is no assembly /nowhere/a.dll", "--assembly", "/nowhere/a.dll")]
    [InlineData("is not a .NET assembly", "--assembly", "/etc/passwd")]
    public async Task A_wrong_command_line_is_told(string message, params string[] arguments)
    {
        using var process = HostProcess.Start(arguments);
        var run = await HostProcess.FinishAsync(process);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EnvironmentNames.Inputs, "[{", "EXECUTOR_INPUTS is not the JSON that is expected there")]
    [InlineData(EnvironmentNames.Index, "one", "EXECUTOR_INDEX is 'one', expected a whole number")]
    [InlineData(EnvironmentNames.Inputs, """[{"name":"a.b","path":"/nowhere/x","format":"Arrow"}]""", "input 'a.b' cannot be opened")]
    public async Task A_wrong_environment_is_told(string variable, string value, string message)
    {
        var run = await HostProcess.RunBodyAsync("Count", environment: new() { [variable] = value });
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_cancels_the_task()
    {
        using var process = HostProcess.Start(["--assembly", HostProcess.Bodies, "--type", "Wait"], outputs: [HostProcess.Stdout("n")]);
        Assert.Equal("waiting", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, kill(process.Id, Sigterm));
        var run = await HostProcess.FinishAsync(process);
        Assert.Equal(143, run.ExitCode);
        Assert.Contains("the task was told to stop", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_ends_the_wait_for_input_that_does_not_come()
    {
        using var process = HostProcess.Start(
            ["--assembly", HostProcess.Bodies, "--type", "Echo"],
            inputs: [HostProcess.Stdin("a.words", DataFormat.Lines)],
            outputs: [HostProcess.Stdout("words", DataFormat.Lines)]);
        await process.StandardInput.BaseStream.WriteAsync("hello\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await process.StandardInput.BaseStream.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal("reading", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, kill(process.Id, Sigterm));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(143, process.ExitCode);
    }

    private const int Sigterm = 15;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
