using Cluster.Tests.Harness;

namespace Cluster.Tests.Runs;

/// <summary>A run that the chart makes a Job of, as GitOps tools install it: driven in its pod, with the driver's rights.</summary>
public sealed class ChartRunTests(SharedInstallation shared)
{
    [Fact]
    public async Task A_run_of_the_chart_goes_to_its_end_and_is_found_by_its_name()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("by-chart", """
            tasks:
              - {name: count, script: seq 10, stdout: numbers, outputs: [{name: numbers, format: lines}]}
              - name: sum
                inputs: [{from: count.numbers, read: all}]
                stdin: count.numbers
                script: awk '{ s += $1 } END { print s }'
                stdout: total
                outputs: [{name: total, format: lines}]
            results: [sum.total]
            """);

        var job = await installation.RunByChartAsync("by-chart", workflow);

        Assert.Equal("Complete", Assert.Single(job.Status!.Conditions!).Type);
        var pod = Assert.Single((await installation.KubectlAsync(["get", "pods", "-l", "job-name=executor-run-by-chart", "-o", "name"])).Expect(0).OutputLines);
        Assert.Contains("55", (await installation.KubectlAsync(["logs", pod])).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("succeeded", (await installation.ExecutorAsync("status", "by-chart")).Expect(0).Output, StringComparison.Ordinal);
    }
}
