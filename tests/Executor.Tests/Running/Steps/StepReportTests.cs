using Executor.Contracts.Reporting;
using Executor.Running.Steps;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Running.Steps;

public sealed class StepReportTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new("executor-report-");
    private readonly StringWriter _errors = new() { NewLine = "\n" };

    public void Dispose()
    {
        _folder.Dispose();
        _errors.Dispose();
    }

    [Fact]
    public async Task What_was_told_as_an_error_is_the_reason()
    {
        using var report = new StepReport(_folder.PathOf("return.json"), _folder.PathOf("log"), _errors) { Run = "sales-1" };
        await report.Errors.WriteLineAsync("executor: namespace batch has no shuffle store");

        Assert.Equal(ExitCodes.InfrastructureUnavailable, report.Conclude(ExitCodes.InfrastructureUnavailable));

        Assert.Equal("executor: namespace batch has no shuffle store\n", _errors.ToString());
        Assert.Equal("run sales-1 could not go on (exit code 3)\nexecutor: namespace batch has no shuffle store", await ReadAsync("log"));
        Assert.Contains("\"outcome\":\"unavailable\",\"exitCode\":3", await ReadAsync("return.json"));
    }

    [Fact]
    public async Task Success_that_cannot_be_told_is_none()
    {
        Directory.CreateDirectory(_folder.PathOf("return.json"));
        using var report = new StepReport(_folder.PathOf("return.json"), _folder.PathOf("log"), _errors) { Run = "sales-1" };

        Assert.Equal(ExitCodes.InfrastructureUnavailable, report.Conclude(ExitCodes.Succeeded));

        Assert.StartsWith($"executor: --xcom: {_folder.PathOf("return.json")} cannot be written: ", _errors.ToString());
        Assert.StartsWith("run sales-1 could not go on (exit code 3)\nexecutor: --xcom: ", await ReadAsync("log"));
    }

    [Theory]
    [InlineData(ExitCodes.Failed)]
    [InlineData(ExitCodes.Terminated)]
    public void Another_exit_code_is_not_hidden_by_a_file_that_cannot_be_written(int exitCode)
    {
        Directory.CreateDirectory(_folder.PathOf("return.json"));

        using var report = new StepReport(_folder.PathOf("return.json"), null, _errors);

        Assert.Equal(exitCode, report.Conclude(exitCode));
    }

    [Fact]
    public void Nothing_is_written_where_nothing_is_asked_for()
    {
        using var report = new StepReport(null, null, _errors);

        Assert.Equal(ExitCodes.Succeeded, report.Conclude(ExitCodes.Succeeded));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(_folder.PathOf(name), TestContext.Current.CancellationToken);
}
