using System.Globalization;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests.Results;

public sealed class TraceTests
{
    // The fields that Nextflow's documentation lists ("Trace file") and that a process on one machine has.
    private static readonly string[] Nextflow =
    [
        "task_id", "hash", "native_id", "process", "tag", "name", "status", "exit", "submit", "start", "complete", "duration", "realtime", "%cpu",
        "peak_rss", "rchar", "wchar", "read_bytes", "write_bytes", "attempt", "cpus", "memory", "hostname", "error_action",
    ];

    [Fact]
    public async Task The_trace_has_Nextflows_columns_and_a_row_per_attempt()
    {
        await using var workspace = new Workspace();
        var workflow = workspace.WriteWorkflow(
            """
            tasks:
              - name: fetch
                fanOut: {count: 3}
                script: seq 1000
                stdout: numbers
                outputs: [{name: numbers, format: lines}]
              - name: flaky
                inputs: [{from: fetch.numbers}]
                stdin: fetch.numbers
                retries: {task: 1}
                script: "cat > /dev/null; [ $EXECUTOR_ATTEMPT = 2 ] || exit 7"
            """);

        (await workspace.ExecutorAsync("run", workflow, "--trace", workspace.PathOf("trace.txt"))).Expect(0);

        var lines = await File.ReadAllLinesAsync(workspace.PathOf("trace.txt"), TestContext.Current.CancellationToken);
        var columns = lines[0].Split('\t');
        var rows = lines.Skip(1).Select(line => columns.Zip(line.Split('\t')).ToDictionary(cell => cell.First, cell => cell.Second)).ToList();
        Assert.Equal(Nextflow, columns);
        Assert.Equal(["fetch (0)", "fetch (1)", "fetch (2)", "flaky (0)", "flaky (0)"], rows.Select(row => row["name"]).Order(StringComparer.Ordinal));
        Assert.Equal(("FAILED", "7", "1"), (rows[3]["status"], rows[3]["exit"], rows[3]["attempt"]));
        Assert.Equal(("COMPLETED", "0", "2"), (rows[4]["status"], rows[4]["exit"], rows[4]["attempt"]));
        Assert.Equal(5, rows.Select(row => row["task_id"]).Distinct().Count());
        foreach (var row in rows)
        {
            Assert.True(Number(row["submit"]) <= Number(row["start"]) && Number(row["start"]) <= Number(row["complete"]), string.Join(' ', row));
            Assert.True(Number(row["peak_rss"]) > 0, string.Join(' ', row));
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
