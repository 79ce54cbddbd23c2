using System.Text.Json;
using Cluster.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Usage;

/// <summary>
/// What attempts use while they run, from a metrics server behind the real aggregation layer, and from the kubelets. There is no metrics-server in the lab; the
/// first test brings a small one.
/// </summary>
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

    [Fact]
    public async Task Without_a_metrics_server_who_may_read_kubelets_sees_usage_by_them_and_who_may_not_sees_none()
    {
        var installation = await shared.GetAsync(Token);
        if ((await installation.KubectlAsync(["get", "apiservices", "v1beta1.metrics.k8s.io", "--ignore-not-found", "-o", "name"])).Expect(0).Output.Trim().Length > 0)
        {
            Assert.Skip("the cluster has a metrics server, which is asked first");
        }

        // Not a part of the installation: other tests are to do without it.
        var right = $"{installation.Namespace}-kubelets";
        try
        {
            (await installation.KubectlAsync(["create", "clusterrole", right, "--verb=get", "--resource=nodes/proxy"])).Expect(0);
            (await installation.KubectlAsync(["create", "clusterrolebinding", right, $"--clusterrole={right}", $"--serviceaccount={installation.Namespace}:driver"])).Expect(0);
            await Poll.UntilAsync(
                async () => (await AsDriverAsync(installation, "doctor")).Output.Contains("by the kubelets' summaries", StringComparison.Ordinal),
                TimeSpan.FromMinutes(1), () => "the right to count", Token);
            await SeeKubeletsAsync(installation);
        }
        finally
        {
            await installation.KubectlAsync(["delete", "--ignore-not-found", "--wait=false", $"clusterrole/{right}", $"clusterrolebinding/{right}"]);
        }
    }

    private static async Task SeeKubeletsAsync(Installation installation)
    {
        var workflow = installation.WriteWorkflow("seen", """
            tasks:
              - name: burn
                fanOut: {count: 2}
                resources: {cpu: 200m, memory: 192Mi}
                command: [python3, -c, "held = bytearray(100 << 20)\nwhile True: pass"]
            """);
        await using var program = installation.StartDriver("run", workflow, "--run-id", "seen");
        var status = default(JsonElement);
        await Poll.UntilAsync(
            async () =>
            {
                var answer = await AsDriverAsync(installation, "status", "seen", "--output", "json");
                if (answer.ExitCode != 0)
                {
                    // Nothing stands of the run yet.
                    return false;
                }

                status = JsonDocument.Parse(answer.Output).RootElement;
                return status.TryGetProperty("usage", out var all) && all.GetArrayLength() == 1 && all[0].GetProperty("attempts").GetInt32() == 2
                    && all[0].GetProperty("cores").GetDouble() > 0.1 && all[0].GetProperty("memoryBytes").GetInt64() > 200L << 20;
            },
            TimeSpan.FromMinutes(3), () => $"the usage of two attempts of 100 MiB each and more, instead of {status}, after\n{program.Error}", Token);
        Assert.Equal("kubelets", status.GetProperty("measuredBy").GetString());
        var usage = status.GetProperty("usage")[0];
        Assert.Equal((0.4, 384L << 20), (Math.Round(usage.GetProperty("coresRequested").GetDouble(), 6), usage.GetProperty("memoryRequestedBytes").GetInt64()));
        Assert.InRange(usage.GetProperty("memoryBytes").GetInt64(), 200L << 20, 384L << 20);
        Assert.InRange(usage.GetProperty("cores").GetDouble(), 0.1, 0.6);
        await program.WaitForTextAsync("in use (by the kubelets' summaries): ", error: true, Token);

        // The user of the installation has no more than the chart's role.
        Assert.False(JsonDocument.Parse((await installation.ExecutorAsync("status", "seen", "--output", "json")).Expect(0).Output).RootElement.TryGetProperty("usage", out _));
        Assert.Contains("may not be read from here (get nodes/proxy)", (await installation.ExecutorAsync("doctor")).Output, StringComparison.Ordinal);
        (await installation.ExecutorAsync("cancel", "seen")).Expect(0);
        await program.WaitAsync(Token);
    }

    private static async Task<ProgramResult> AsDriverAsync(Installation installation, params string[] arguments)
    {
        await using var program = installation.StartAs(installation.DriverKubeconfig, arguments);
        return await program.WaitAsync(Token);
    }
}
