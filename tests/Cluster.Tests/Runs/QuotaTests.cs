using System.Text.Json.Nodes;
using Cluster.Tests.Harness;
using Executor.Kubernetes.Models;
using Executor.TestKit.Kubernetes;

namespace Cluster.Tests.Runs;

/// <summary>A quota that has no room holds launches, says so, and fails nothing.</summary>
public sealed class QuotaTests
{
    [Fact]
    public async Task A_run_waits_for_a_quota_that_is_too_small_and_goes_on_when_it_is_raised()
    {
        var token = TestContext.Current.CancellationToken;
        using var cluster = await RealCluster.ConnectAsync(token);
        await using var installation = await Installation.InstallAsync(cluster, token);

        // Room for the store and the driver, but not for a task.
        await SetQuotaAsync(installation, "1100Mi", token);
        var workflow = installation.WriteWorkflow("held", """
            tasks:
              - {name: small, image: executor/busybox:dev, fanOut: {count: 3}, resources: {cpu: 50m, memory: 128Mi}, command: [/bin/true]}
            """);
        await using var program = installation.Start("run", workflow, "--run-id", "held");
        await program.WaitForTextAsync("resource quota tight has no room", error: true, token);
        await SetQuotaAsync(installation, "4Gi", token);

        var result = (await program.WaitAsync(token)).Expect(0);
        Assert.Contains("launching goes on", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(await installation.JournalAsync("held"), entry => (string?)entry["decision"] == "outcome");
    }

    private static async Task SetQuotaAsync(Installation installation, string memory, CancellationToken cancellationToken)
    {
        var quota = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ResourceQuota",
            ["metadata"] = new JsonObject { ["name"] = "tight" },
            ["spec"] = new JsonObject { ["hard"] = new JsonObject { ["limits.memory"] = memory } },
        };
        await installation.Client.ResourceQuotas(installation.Namespace).PatchAsync(
            new V1Patch(quota, V1Patch.PatchType.ApplyPatch), "tight", new() { FieldManager = "test", Force = true }, cancellationToken);
    }
}
