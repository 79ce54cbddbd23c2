using System.Text;
using System.Text.Json.Nodes;
using Cluster.Tests.Harness;
using Executor.Contracts.Reporting;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Runs;

/// <summary>
/// Pods go away under a run; the run goes on, and every instance commits once. Whether another attempt follows, or a second incarnation of the same one
/// that the Job controller makes, is a race that either may win, unless the pod lingers.
/// </summary>
public sealed class DisruptionTests(SharedInstallation shared)
{
    private const string Waiting = """
        results: [wait.words]
        tasks:
          - name: wait
            image: executor/busybox:dev
            script: |
              until [ -e /tmp/go ]; do sleep 0.1; done
              echo "answer $EXECUTOR_INCARNATION"
            stdout: words
            outputs: [{name: words, format: lines}]
        """;

    // Until its hook is over, a pod that is to go is not told so.
    private const string Lingering = Waiting + """

            podTemplate: {spec: {containers: [{name: task, lifecycle: {preStop: {exec: {command: [/bin/busybox, sleep, "600"]}}}}]}}
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pod_that_is_deleted_by_force_is_replaced_and_one_incarnation_commits()
    {
        var installation = await shared.GetAsync(Cancellation);
        await using var program = installation.Start("run", installation.WriteWorkflow("killed", Waiting), "--run-id", "killed");
        var pod = await installation.WhenRunningAsync("killed", "wait");
        await installation.Client.Pods(installation.Namespace).DeleteAsync(
            pod.Metadata.Name!, new V1DeleteOptions { GracePeriodSeconds = 0 }, Cancellation);

        await AssertAnotherSucceedsAsync(installation, program, "killed", pod);
    }

    [Fact]
    public async Task A_pod_that_is_evicted_is_replaced_and_one_incarnation_commits()
    {
        var installation = await shared.GetAsync(Cancellation);
        await using var program = installation.Start("run", installation.WriteWorkflow("evicted", Waiting), "--run-id", "evicted");
        var pod = await installation.WhenRunningAsync("evicted", "wait");
        await installation.Client.Pods(installation.Namespace).EvictAsync(pod.Metadata.Name!, cancellationToken: Cancellation);

        await AssertAnotherSucceedsAsync(installation, program, "evicted", pod);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_incarnations_of_one_Job_go_to_the_commit_and_the_data_of_the_quicker_one_counts(bool isFirstQuicker)
    {
        var installation = await shared.GetAsync(Cancellation);
        var pods = installation.Client.Pods(installation.Namespace);
        var run = isFirstQuicker ? "first-quicker" : "second-quicker";
        await using var program = installation.Start("run", installation.WriteWorkflow(run, Lingering), "--run-id", run, "--keep-files");
        var first = await installation.WhenRunningAsync(run, "wait");

        // A pod that is told to go and lingers is replaced at once, and its status stays to be read.
        await FinalizeAsync(installation, first, new JsonArray("tests.executor.dev/read"));
        try
        {
            await pods.DeleteAsync(first.Metadata.Name!, new V1DeleteOptions { GracePeriodSeconds = 120 }, Cancellation);
            var second = await WhenReplacedAsync(installation, run, first);
            Assert.Equal(first.Metadata.OwnerReferences!.Single().Uid, second.Metadata.OwnerReferences!.Single().Uid);
            var (winner, loser) = isFirstQuicker ? (first, second) : (second, first);
            Assert.Equal(0, await installation.LetGoAsync(winner.Metadata.Name!, Cancellation));
            Assert.Equal((0, AttemptPhase.Committed, winner.Metadata.Uid), await EndAsync(installation, winner));
            Assert.Equal(0, await installation.LetGoAsync(loser.Metadata.Name!, Cancellation));
            Assert.Equal((0, AttemptPhase.Superseded, loser.Metadata.Uid), await EndAsync(installation, loser));

            var result = (await program.WaitAsync(Cancellation)).Expect(0);
            Assert.Equal([$"answer {winner.Metadata.Uid}"], Installation.Answers(result));
        }
        finally
        {
            await FinalizeAsync(installation, first, null);
        }

        var journal = await installation.JournalAsync(run);
        Assert.Equal(["wait[0] 1"], Installation.Attempts(journal, "launch"));
        Assert.Equal(["wait[0] 1"], Installation.Attempts(journal, "committed"));
        Assert.Empty(Installation.Attempts(journal, "outcome"));
        var output = Assert.Single(JsonNode.Parse((await installation.ExecutorAsync("store", "stat", run, "--output", "json")).Expect(0).Output)!["outputs"]!.AsArray())!;
        Assert.Equal((1, 1), ((int)output["instances"]!, (int)output["rows"]!));
        (await installation.ExecutorAsync("store", "verify", run)).Expect(0);
    }

    private static Task<V1Pod> FinalizeAsync(Installation installation, V1Pod pod, JsonArray? finalizers) => installation.Client.Pods(installation.Namespace).PatchAsync(
        new V1Patch(new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = finalizers } }, V1Patch.PatchType.MergePatch), pod.Metadata.Name!, cancellationToken: Cancellation);

    private static async Task<V1Pod> WhenReplacedAsync(Installation installation, string run, V1Pod first)
    {
        V1Pod? found = null;
        await Poll.UntilAsync(
            async () => (found = (await installation.PodsAsync(run)).SingleOrDefault(pod => pod.Metadata.Uid != first.Metadata.Uid
                && pod.Status?.ContainerStatuses?.Any(status => status.State?.Running is not null) == true)) is not null,
            TimeSpan.FromMinutes(1),
            () => $"a second pod beside {first.Metadata.Name}",
            Cancellation);
        return found!;
    }

    /// <summary>Waits until a pod's runner has ended: its exit code, how far it came, and who it said it was.</summary>
    private static async Task<(int Code, AttemptPhase? Phase, string? Incarnation)> EndAsync(Installation installation, V1Pod pod)
    {
        V1ContainerStateTerminated? end = null;
        await Poll.UntilAsync(
            async () => (end = (await installation.Client.Pods(installation.Namespace).ReadAsync(pod.Metadata.Name!, Cancellation))
                .Status!.ContainerStatuses!.Single(status => status.Name == "task").State?.Terminated) is not null,
            TimeSpan.FromMinutes(1),
            () => $"the end of {pod.Metadata.Name}",
            Cancellation);
        var report = TerminationSlots.Decode(Encoding.UTF8.GetBytes(end!.Message ?? ""));
        return (end.ExitCode, report?.Phase, report?.Incarnation);
    }

    private static async Task AssertAnotherSucceedsAsync(Installation installation, RunningProgram program, string run, V1Pod first)
    {
        await Poll.UntilAsync(
            async () =>
            {
                foreach (var pod in (await installation.PodsAsync(run)).Where(pod => pod.Metadata.Uid != first.Metadata.Uid))
                {
                    await TryLetGoAsync(installation, pod);
                }

                return program.HasExited;
            },
            TimeSpan.FromMinutes(2),
            () => $"run {run} to end: {program.Describe()}",
            Cancellation);
        var result = (await program.WaitAsync(Cancellation)).Expect(0);
        Assert.NotEqual($"answer {first.Metadata.Uid}", Assert.Single(Installation.Answers(result)));
        var journal = await installation.JournalAsync(run);
        Assert.Single(journal, entry => (string?)entry["decision"] == "committed");
        Assert.All(
            journal.Where(entry => (string?)entry["decision"] == "outcome"),
            outcome => Assert.Contains((string?)outcome["cause"], (string[])["Deleted", "Evicted", "Terminated"]));
        await installation.WhenReleasedAsync(run);
        (await installation.ExecutorAsync("store", "verify", run)).Expect(0);
    }

    private static async Task TryLetGoAsync(Installation installation, V1Pod pod)
    {
        try
        {
            await installation.LetGoAsync(pod.Metadata.Name!, Cancellation);
        }
        catch (Exception e) when (e is KubernetesException or IOException)
        {
            // It has not started, or is gone already.
        }
    }
}
