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
    }

    [Fact]
    public async Task An_attempt_whose_runner_is_killed_along_with_its_body_succeeds_with_more()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);

        // A pod on a node may be killed as a whole (memory.oom.group); here the body ends process 1 right after it, as such a kill does.
        var workflow = installation.WriteWorkflow("whole", """
            tasks:
              - name: eat
                image: executor/busybox:dev
                resources: {memory: 64Mi}
                podTemplate: {spec: {containers: [{name: task, env: [{name: DOTNET_GCHeapHardLimit, value: "0x10000000"}]}]}}
                script: |
                  [ "$EXECUTOR_ATTEMPT" -gt 1 ] || for each in 1 2 3 4 5 6; do dd if=/dev/zero of=/executor-scratch/../dev/shm/$each bs=1M count=20 2>&1 & done
                  wait
            """);

        var result = (await installation.ExecutorAsync("run", workflow, "--run-id", "whole")).Expect(0);
        Assert.Contains("out of memory", result.Error, StringComparison.Ordinal);
    }
}
