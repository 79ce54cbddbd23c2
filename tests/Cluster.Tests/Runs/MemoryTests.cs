using System.Text.Json.Nodes;
using Cluster.Tests.Harness;

namespace Cluster.Tests.Runs;

/// <summary>An attempt that is ended for its memory is tried again with twice as much.</summary>
public sealed class MemoryTests(SharedInstallation shared)
{
    [Fact]
    public async Task A_body_that_is_killed_for_its_memory_succeeds_with_more()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);

        // dd holds one buffer of 100 MiB; the runner itself lives.
        var workflow = installation.WriteWorkflow("hungry", """
            tasks:
              - name: eat
                image: executor/busybox:dev
                resources: {memory: 96Mi}
                script: |
                  dd if=/dev/zero of=/dev/null bs=100M count=1 2>&1
                  echo done
                stdout: words
                outputs: [{name: words, format: lines}]
            results: [eat.words]
            """);

        var result = (await installation.ExecutorAsync("run", workflow, "--run-id", "hungry")).Expect(0);
        Assert.Contains("192 MiB", result.Error, StringComparison.Ordinal);
        Assert.Contains("out of memory", result.Error, StringComparison.Ordinal);
        await installation.WhenReleasedAsync("hungry");

        // What it would have used nobody knows: its measures are the least that it may have been.
        var first = await FirstRowAsync(installation, "hungry");
        Assert.Equal(("OutOfMemory", true, "censored"), ((string?)first["cause"], (bool?)first["oom"], (string?)first["measure_source"]));
        Assert.InRange((long)first["memory_peak_bytes"]!, 1, 96 << 20);
        Assert.Equal((double)first["memory_requested_gbs"]!, (double)first["oom_lost_gbs"]!);
    }

    [Fact]
    public async Task An_attempt_whose_runner_is_killed_along_with_its_body_succeeds_with_more()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);

        // Where memory.oom.group is set the kernel ends everything at once. Here the body offers it process 1, the runner, with which all else goes.
        var workflow = installation.WriteWorkflow("whole", """
            tasks:
              - name: eat
                image: executor/busybox:dev
                resources: {memory: 96Mi}
                script: |
                  echo 1000 > /proc/1/oom_score_adj
                  dd if=/dev/zero of=/dev/null bs=100M count=1 2>&1
            """);

        await using var program = installation.Start("run", workflow, "--run-id", "whole", "--keep-files");
        var result = (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);
        Assert.Contains("out of memory", result.Error, StringComparison.Ordinal);
        Assert.Contains("192 MiB", result.Error, StringComparison.Ordinal);

        // The runner has told of nothing: what is known of the end is the kubelet's word.
        var first = Assert.Single(await installation.PodsAsync("whole"), pod => pod.Metadata.Labels!["executor.dev/attempt"] == "1");
        var end = Assert.Single(first.Status!.ContainerStatuses!).State!.Terminated!;
        Assert.Equal(("OOMKilled", 137), (end.Reason, end.ExitCode));

        var row = await FirstRowAsync(installation, "whole");
        Assert.Equal(("OutOfMemory", true, "censored"), ((string?)row["cause"], (bool?)row["oom"], (string?)row["measure_source"]));
        Assert.Equal(first.Metadata.Uid, (string?)row["pod_uid"]);
    }

    private static async Task<JsonObject> FirstRowAsync(Installation installation, string run)
    {
        var report = (await installation.ExecutorAsync("report", run, "--output", "json", "--rows")).Expect(0).Output;
        return report.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject()).First(item => (int?)item["attempt"] == 1);
    }
}
