using System.Text;
using System.Text.Json;
using Executor.Driving;
using Executor.Running.Steps;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Running.Steps;

public sealed class XComFileTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new("executor-xcom-");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_that_succeeded_hands_on_where_its_results_are_and_none_of_their_data() => Assert.Equal(
        """
        {"run":"sales-1","workflow":"sales","outcome":"succeeded","exitCode":0,"store":"http://10.0.0.7:8815/","results":[
        {"output":"report.table","rows":1234,"bytes":56789,"partitions":1},{"output":"audit.rows","rows":0,"bytes":0,"partitions":8}]}
        """.ReplaceLineEndings(""),
        Encoding.UTF8.GetString(XComFile.Render(Summaries.Succeeded)));

    [Fact]
    public void A_run_that_failed_hands_on_why()
    {
        using var json = JsonDocument.Parse(XComFile.Render(Summaries.Failed("a line \"of\" the log\u0001", count: 250)));

        Assert.Equal("failed", json.RootElement.GetProperty("outcome").GetString());
        Assert.Equal("extract[0] failed at attempt 3: exit code 3", json.RootElement.GetProperty("reason").GetString());
        Assert.Equal(250, json.RootElement.GetProperty("failureCount").GetInt32());
        var failures = json.RootElement.GetProperty("failures").EnumerateArray().ToList();
        Assert.Equal(10, failures.Count);
        Assert.Equal(("extract", 0, "exit code 3"), (
            failures[0].GetProperty("task").GetString(), failures[0].GetProperty("index").GetInt32(), failures[0].GetProperty("reason").GetString()));
    }

    [Theory]
    [InlineData(RunEnd.Cancelled, 143, "cancelled")]
    [InlineData(RunEnd.Left, 143, "left")]
    [InlineData(RunEnd.StoreUnavailable, 3, "storeUnavailable")]
    [InlineData(null, 0, "submitted")]
    [InlineData(null, 2, "invalid")]
    [InlineData(null, 3, "unavailable")]
    [InlineData(null, 143, "interrupted")]
    internal void Every_end_has_a_word(RunEnd? end, int exitCode, string outcome)
    {
        using var json = JsonDocument.Parse(XComFile.Render(new RunSummary { End = end, ExitCode = exitCode, Message = "why \ud800" }));

        Assert.Equal(outcome, json.RootElement.GetProperty("outcome").GetString());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("run").ValueKind);
        Assert.StartsWith("why ", json.RootElement.GetProperty("reason").GetString());
    }

    [Fact]
    public void The_file_is_replaced_and_nothing_else_is_left()
    {
        var path = _folder.Write("return.json", "what an earlier container left, which is longer than what comes now".PadRight(2000));

        XComFile.Write(path, Summaries.Succeeded);

        Assert.Equal(XComFile.Render(Summaries.Succeeded), File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_file_that_cannot_be_replaced_is_written_in_place()
    {
        // A folder where the temporary file would be stands for every reason for which there can be none.
        var path = _folder.Write("return.json", new string('x', 2000));
        Directory.CreateDirectory(_folder.PathOf($".return.json.{Environment.ProcessId}"));

        XComFile.Write(path, Summaries.Succeeded);

        Assert.Equal(XComFile.Render(Summaries.Succeeded), File.ReadAllBytes(path));
    }
}
