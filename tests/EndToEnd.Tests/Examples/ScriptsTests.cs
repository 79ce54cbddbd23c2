using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Xunit;

namespace EndToEnd.Tests.Examples;

public sealed class ScriptsTests
{
    [Fact]
    public async Task The_table_is_the_one_that_the_scripts_make_without_the_executor()
    {
        var steps = Repository.PathOf("examples", "scripts", "steps");
        await using var workspace = new Workspace();
        await using var byHand = workspace.StartProgram(
            "sh", "-c", $"cd {steps}; for station in harbour hill forest airport; do ./measure.sh $station 365; done | awk -f summarize.awk | ./report.sh");
        var expected = (await byHand.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);

        (await workspace.ExecutorAsync(
            "run", Repository.PathOf("examples", "scripts", "workflow.yaml"), "--parameter", "days=365",
            "--results", workspace.PathOf("results"), "--format", "csv")).Expect(0);

        var table = await File.ReadAllLinesAsync(workspace.PathOf("results", "report.table.csv"), TestContext.Current.CancellationToken);
        Assert.Equal(4, expected.OutputLines.Count);
        Assert.Equal(expected.OutputLines, table.Skip(1).Select(line => line.Trim('"')));
    }
}
