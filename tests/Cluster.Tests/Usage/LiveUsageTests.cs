using System.Text.Json;
using Cluster.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;

namespace Cluster.Tests.Usage;

/// <summary>What attempts use while they run, from a metrics server behind the real aggregation layer. There is no metrics-server in the lab; the test brings a small one.</summary>
public sealed class LiveUsageTests(SharedInstallation shared)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_that_holds_memory_and_burns_CPU_is_seen_doing_so_while_it_runs()
    {
        var installation = await shared.GetAsync(Token);
        if (installation.Cluster.HostAddress is not { } host)
        {
            Assert.Skip("only the lab's API server is known to reach this machine");
            return;
        }

        await using var server = await SummaryMetricsServer.StartAsync(installation.Client, async (path, _) => (await installation.KubectlAsync(["get", "--raw", path])).Expect(0).Output, Token);
        await server.RegisterAsync(installation.Namespace, host, Token);
        var workflow = installation.WriteWorkflow("watched", """
            tasks:
              - name: burn
                class: hot
                fanOut: {count: 2}
                resources: {cpu: 200m, memory: 192Mi}
                command: [python3, -c, "held = bytearray(100 << 20)\nwhile True: pass"]
            """);
        await using var program = installation.StartDriver("run", workflow, "--run-id", "watched");

        var usage = default(JsonElement);
        await Poll.UntilAsync(
            async () =>
            {
                var answer = await installation.ExecutorAsync("status", "watched", "--output", "json");
                if (answer.ExitCode != 0)
                {
                    // Nothing stands of the run yet.
                    return false;
                }

                var status = JsonDocument.Parse(answer.Output).RootElement;
                return status.TryGetProperty("usage", out var all) && all.GetArrayLength() == 1 && (usage = all[0]).GetProperty("attempts").GetInt32() == 2
                    && usage.GetProperty("cores").GetDouble() > 0.1 && usage.GetProperty("memoryBytes").GetInt64() > 200L << 20;
            },
            TimeSpan.FromMinutes(3), () => $"the usage of two attempts of 100 MiB each and more, instead of {usage}, after\n{program.Error}", Token);
        Assert.Equal("burn", usage.GetProperty("task").GetString());
        Assert.Equal((0.4, 384L << 20), (Math.Round(usage.GetProperty("coresRequested").GetDouble(), 6), usage.GetProperty("memoryRequestedBytes").GetInt64()));

        // The limits are kept: of memory always, of CPU over the window, give or take the kernel's slices.
        Assert.InRange(usage.GetProperty("memoryBytes").GetInt64(), 200L << 20, 384L << 20);
        Assert.InRange(usage.GetProperty("cores").GetDouble(), 0.1, 0.6);

        await program.WaitForTextAsync("in use: ", error: true, Token);
        Assert.Contains("of 0.40 CPU", program.Error, StringComparison.Ordinal);
        Assert.Contains("burn", (await installation.KubectlAsync(["top", "pod", "-l", "executor.dev/run=watched,executor.dev/class=hot", "--no-headers"])).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("it answers", (await installation.ExecutorAsync("doctor")).Output, StringComparison.Ordinal);
        (await installation.ExecutorAsync("cancel", "watched")).Expect(0);
        await program.WaitAsync(Token);
    }
}
