using Executor.Cli;
using Executor.Contracts.Reporting;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Cli;

public sealed class ReportCommandTests : IDisposable
{
    private readonly TemporaryDirectory _state = new("report-command-");

    public void Dispose() => _state.Dispose();

    [Theory]
    [InlineData("--core-hour-price", "-1")]
    [InlineData("--gib-hour-price", "NaN")]
    [InlineData("--gib-hour-price", "much")]
    public async Task A_price_that_is_none_is_told(string option, string value)
    {
        var (code, error) = await RunAsync("report", "run", option, value);
        Assert.Equal(ExitCodes.InvalidInput, code);
        Assert.Contains($"{option}: found '{value}', expected dollars, 0 or more", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_are_for_programs()
    {
        var (code, error) = await RunAsync("report", "run", "--rows");
        Assert.Equal(ExitCodes.InvalidInput, code);
        Assert.Contains("--rows goes with --output json", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_file_is_made_for_a_run_that_is_not_there()
    {
        var file = _state.PathOf("rows.csv");
        var (code, error) = await RunAsync("report", "nosuch", "--csv", file);
        Assert.Equal(ExitCodes.InvalidInput, code);
        Assert.Contains("there is no run nosuch", error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    private async Task<(int Code, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLineProgram.RunAsync(
            [.. args, "--state", _state.Path], new CliConsole(output, error), TestContext.Current.CancellationToken);
        return (code, error.ToString());
    }
}
