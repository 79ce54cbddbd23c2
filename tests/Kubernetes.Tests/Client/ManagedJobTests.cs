using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit.Kubernetes;

namespace Kubernetes.Tests.Client;

/// <summary>What a server since 1.32 takes as the status of a Job that a client manages.</summary>
public sealed class ManagedJobTests : ClientFixture
{
    private const string Start = """ "startTime": "2026-01-02T03:04:05Z" """;
    private const string Completion = """ "completionTime": "2026-01-02T03:05:05Z" """;

    [Theory]
    [InlineData("Complete", "startTime", Completion, "SuccessCriteriaMet", "Complete")]
    [InlineData("Complete", "completionTime", Start, "SuccessCriteriaMet", "Complete")]
    [InlineData("Complete", "SuccessCriteriaMet", Start + "," + Completion, "Complete")]
    [InlineData("Failed", "FailureTarget", Start, "Failed")]
    [InlineData("Failed", "completionTime", Start + "," + Completion, "FailureTarget", "Failed")]
    [InlineData("Failed", "active", Start + """, "active": 1 """, "FailureTarget", "Failed")]
    [InlineData("Failed", "SuccessCriteriaMet", Start, "SuccessCriteriaMet", "FailureTarget", "Failed")]
    public async Task An_end_that_breaks_a_rule_is_refused_and_named(string end, string named, string members, params string[] conditions)
    {
        await Client.Jobs("batch").CreateAsync(Job("a"), cancellationToken: Cancellation);

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => PatchAsync(members, conditions));
        Assert.Equal("Invalid", refused.Reason);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Contains(end, conditions);
    }

    [Fact]
    public async Task A_right_end_is_written_in_one_patch_and_stays()
    {
        var created = await Client.Jobs("batch").CreateAsync(Job("a"), cancellationToken: Cancellation);
        Assert.Equal("example.com/executor", created.Spec!.ManagedBy);
        var ended = await PatchAsync($"{Start}, {Completion}, \"succeeded\": 1", "SuccessCriteriaMet", "Complete");
        Assert.Equal(1, ended.Status!.Succeeded);

        var undone = await Assert.ThrowsAsync<KubernetesException>(() => PatchAsync($"{Start}, \"completionTime\": null", "SuccessCriteriaMet"));
        Assert.Contains("cannot disable the terminal Complete=True condition", undone.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KubernetesException>(() => PatchAsync($"{Start}, {Completion}, \"succeeded\": 0", "SuccessCriteriaMet", "Complete"));
    }

    [Fact]
    public async Task A_manager_without_a_domain_is_refused()
    {
        var job = Job("a");
        job["spec"]!["managedBy"] = "executor";

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => Client.Jobs("batch").CreateAsync(job, cancellationToken: Cancellation));
        Assert.Equal("spec.managedBy", refused.Status!.Details!.Causes!.Single().Field);
    }

    [Fact]
    public async Task An_older_server_takes_any_status()
    {
        await StartAsync(new FakeApiOptions { Version = (1, 31) });
        await Client.Jobs("batch").CreateAsync(Job("a"), cancellationToken: Cancellation);

        Assert.Single((await PatchAsync("\"failed\": 1", "Failed")).Status!.Conditions!);
    }

    private Task<V1Job> PatchAsync(string members, params string[] conditions)
    {
        var list = string.Join(", ", conditions.Select(type => $$"""{"type": "{{type}}", "status": "True"}"""));
        var patch = JsonNode.Parse($$$"""{"status": { {{{members}}}, "conditions": [{{{list}}}]}}""")!;
        return Client.Jobs("batch").PatchStatusAsync(new V1Patch(patch, V1Patch.PatchType.MergePatch), "a", cancellationToken: Cancellation);
    }
}
