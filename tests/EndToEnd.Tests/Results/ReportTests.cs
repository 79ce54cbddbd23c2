using System.Globalization;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests.Results;

public sealed class ReportTests : IAsyncLifetime
{
    private const int PayloadBytes = 60_000_000;
    private readonly Workspace _workspace = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task Csv_json_and_page_tell_the_same_of_what_tasks_are_known_to_have_used()
    {
        // tail keeps all of a line that never ends; the loop is ended when it has used two seconds of CPU, by the clock's ticks.
        await RunAsync(
            """
            tasks:
              - name: hold
                class: heavy
                fanOut: {count: 2}
                resources: {cpu: "2", memory: 400Mi}
                script: head -c 60000000 /dev/zero | tail -n 1 > /dev/null
              - name: burn
                resources: {memory: 200Mi}
                script: "sh -c 'ulimit -t 2; while :; do :; done' || true"
              - name: flaky
                retries: {task: 1}
                resources: {gpu: 2}
                script: "[ $EXECUTOR_ATTEMPT = 2 ] || exit 7"
            """);
        var (csv, html) = (_workspace.PathOf("rows.csv"), _workspace.PathOf("page.html"));

        var report = (await _workspace.ExecutorAsync(
            "report", "run", "--output", "json", "--rows", "--instances", "--csv", csv, "--html", html, "--core-hour-price", "3600", "--gib-hour-price", "0")).Expect(0);

        var lines = await File.ReadAllLinesAsync(csv, TestContext.Current.CancellationToken);
        var columns = lines[0].Split(',');
        var rows = lines.Skip(1).Select(line => columns.Zip(line.Split(',')).ToDictionary(cell => cell.First, cell => cell.Second)).ToList();
        var json = report.OutputLines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var totals = json[^1].GetProperty("totals");
        Assert.Equal(5, rows.Count);
        Assert.Equal(rows.Select(row => row["task"] + row["index"] + row["attempt"]), json.SkipLast(1).Select(row => row.Text("task") + row.Number("index") + row.Number("attempt")));
        Assert.Equal(rows.Select(row => Number(row, "cost")), json.SkipLast(1).Select(row => row.GetProperty("cost").GetDouble()));

        Assert.Equal(["heavy", "heavy"], rows.Where(row => row["task"] == "hold").Select(row => row["class"]));
        Assert.All(rows.Where(row => row["task"] == "hold"), row => Assert.InRange(Number(row, "memory_peak_bytes"), PayloadBytes, 400L << 20));
        Assert.InRange(Number(Assert.Single(rows, row => row["task"] == "burn"), "cpu_used_s"), 1.5, 30);
        Assert.Equal([("Failed", "7"), ("Succeeded", "")], rows.Where(row => row["task"] == "flaky").OrderBy(row => row["attempt"], StringComparer.Ordinal).Select(row => (row["cause"], row["exit_code"])));
        foreach (var row in rows)
        {
            var elapsed = Number(row, "elapsed_s");
            Assert.Equal(Math.Max(Number(row, "cpu_request_cores") * elapsed, Number(row, "cpu_used_s")), Number(row, "cost"), 9);
            Assert.Equal(Number(row, "memory_peak_bytes") / Number(row, "memory_request_bytes"), Number(row, "mem_eff"), 9);
            Assert.Equal(Number(row, "memory_request_bytes") / 1e9 * elapsed, Number(row, "memory_requested_gbs"), 9);
            Assert.Equal("exit", row["measure_source"]);
            Assert.Equal(row["task"] == "flaky" ? 2 : 0, Number(row, "gpu_request"));
            Assert.Equal(Number(row, "gpu_request") * elapsed, Number(row, "gpu_s"), 9);
            Assert.Equal(("", "", "", "", ""), (row["gpu_memory_peak_bytes"], row["gpu_used_s"], row["sizing_expert"], row["sizing_memory_bytes"], row["sizing_vpa_bytes"]));
            Assert.InRange(Number(row, "fetch_s") + Number(row, "run_s") + Number(row, "write_s"), 0, elapsed + 0.1);
        }

        Assert.Equal(rows.Sum(row => Number(row, "cost")), totals.GetProperty("cost").GetDouble(), 9);
        Assert.Equal(rows.Sum(row => Number(row, "memory_wasted_gbs")), totals.GetProperty("wastedGigabyteSeconds").GetDouble(), 9);
        Assert.Equal((5, 4, 1), (totals.Number("attempts"), totals.Number("succeeded"), totals.Number("retries")));
        Assert.Equal(["hold0", "hold1", "burn0", "flaky0"], json[^1].GetProperty("instances").EnumerateArray().OrderBy(one => one.Text("task") == "flaky").ThenBy(one => one.Text("task") == "burn").Select(one => one.Text("task") + one.Number("index")));

        var page = await File.ReadAllTextAsync(html, TestContext.Current.CancellationToken);
        Assert.Contains("<b>5</b>\n<span>attempts</span>", page, StringComparison.Ordinal);
        Assert.Contains("<b>1</b>\n<span>retries</span>", page, StringComparison.Ordinal);
        Assert.Contains("<td>heavy</td>\n<td>2</td>", page, StringComparison.Ordinal);
        Assert.Contains($"<b>${totals.GetProperty("cost").GetDouble().ToString("G3", CultureInfo.InvariantCulture)}</b>\n<span>cost</span>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_for_people_shows_instances_and_cost()
    {
        await RunAsync("tasks: [{name: work, fanOut: {count: 2}, script: \"true\"}]");

        Assert.Matches(@"(?m)^cost \$\d\.\d{6}, of it ", (await _workspace.ExecutorAsync("report", "run")).Expect(0).Output);
        Assert.Matches(@"(?m)^work\[1\] +1 +0 ", (await _workspace.ExecutorAsync("report", "run", "--instances")).Expect(0).Output);
    }

    [Theory]
    [InlineData("--csv")]
    [InlineData("--html")]
    [InlineData("--trace")]
    public async Task A_file_that_cannot_be_written_is_one_error(string option)
    {
        await RunAsync("tasks: [{name: work, script: \"true\"}]");

        var report = await _workspace.ExecutorAsync("report", "run", option, _workspace.PathOf("nosuch", "file"));

        report.Expect(2);
        var error = Assert.Single(report.ErrorLines);
        Assert.StartsWith("executor: a file of the report cannot be written: ", error, StringComparison.Ordinal);
        Assert.Contains(_workspace.PathOf("nosuch"), error, StringComparison.Ordinal);
    }

    private static double Number(Dictionary<string, string> row, string column) => double.Parse(row[column], CultureInfo.InvariantCulture);

    private async Task RunAsync(string spec) => (await _workspace.ExecutorAsync("run", _workspace.WriteWorkflow(spec), "--run-id", "run")).Expect(0);
}
