using System.Text.Json;
using System.Text.Json.Nodes;
using Cluster.Tests.Harness;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Runs;

/// <summary>The driver of a run dies, is replaced, is challenged; what has finished never runs again.</summary>
public sealed class DriverTests(SharedInstallation shared)
{
    private static readonly string[] OneAttemptEach = [.. WaitingSteps.Tasks.Select(task => $"{task}[0] 1")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_executor_that_is_killed_three_times_adopts_what_runs_and_repeats_nothing()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("thrice", WaitingSteps.Spec);
        var pods = new List<V1Pod>();
        foreach (var task in WaitingSteps.Tasks)
        {
            await using var driver = installation.StartDriver("run", workflow, "--run-id", "thrice");
            var pod = await installation.WhenRunningAsync("thrice", task);
            pods.Add(pod);
            driver.Signal(Signals.Kill);
            await driver.WaitAsync(Cancellation);
            await LetGoAsync(installation, pod);
        }

        await using var last = installation.StartDriver("run", workflow, "--run-id", "thrice");
        WaitingSteps.AssertAnswer(await last.WaitAsync(Cancellation), pods);

        Assert.Equal(4, (await installation.JournalAsync("thrice")).Count(entry => (string?)entry["decision"] == "open"));
        await installation.AssertRanAsync("thrice", OneAttemptEach);
    }

    [Fact]
    public async Task A_driver_pod_that_is_deleted_is_replaced_and_goes_on_while_the_client_follows()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("replaced", WaitingSteps.Spec);
        await using var client = installation.Start("run", workflow, "--run-id", "replaced");
        var first = await installation.WhenRunningAsync("replaced", "one");
        foreach (var driver in await DriverPodsAsync(installation, "replaced"))
        {
            await installation.Client.Pods(installation.Namespace).DeleteAsync(
                driver.Metadata.Name!, new V1DeleteOptions { GracePeriodSeconds = 0 }, Cancellation);
        }

        var pods = await LetAllGoAsync(installation, "replaced", first);
        WaitingSteps.AssertAnswer(await client.WaitAsync(Cancellation), pods);
        await installation.AssertRanAsync("replaced", OneAttemptEach);
    }

    [Fact]
    public async Task A_driver_that_is_told_to_end_gives_its_lease_back_and_leaves_its_attempts_to_the_next()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("leaving", WaitingSteps.Spec);
        (await installation.ExecutorAsync("run", workflow, "--run-id", "leaving", "--detach")).Expect(0);
        var first = await installation.WhenRunningAsync("leaving", "one");

        // With its Job, so that no other driver takes the lease.
        (await installation.KubectlAsync(["delete", "job", "-l", "executor.dev/run=leaving,app.kubernetes.io/component=driver"])).Expect(0);
        await Poll.UntilAsync(
            async () => (await DriverPodsAsync(installation, "leaving")).Count == 0, TimeSpan.FromMinutes(1), () => "the driver to be gone", Cancellation);
        var holder = await HolderAsync(installation, "leaving");
        Assert.True(string.IsNullOrEmpty(holder), holder);
        Assert.Equal("Running", (await installation.Client.Pods(installation.Namespace).ReadAsync(first.Metadata.Name!, Cancellation)).Status!.Phase);

        await using var next = installation.Start("run", workflow, "--run-id", "leaving");
        var pods = await LetAllGoAsync(installation, "leaving", first);
        WaitingSteps.AssertAnswer(await next.WaitAsync(Cancellation), pods);
        await installation.AssertRanAsync("leaving", OneAttemptEach);
    }

    [Fact]
    public async Task A_driver_that_cannot_start_is_told_of_and_makes_room_for_one_that_can()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("unstarted", "tasks: [{name: one, image: executor/busybox:dev, command: [/bin/true]}]");
        var refused = (await installation.ExecutorAsync("run", workflow, "--run-id", "unstarted", "--image-tag", "not:a:tag")).Expect(3);
        Assert.Contains("the driver of run unstarted cannot start", refused.Error, StringComparison.Ordinal);
        Assert.Contains("not:a:tag", refused.Error, StringComparison.Ordinal);

        (await installation.ExecutorAsync("run", workflow, "--run-id", "unstarted")).Expect(0);
    }

    [Fact]
    public async Task A_second_driver_waits_for_the_first_and_takes_over_when_that_is_gone()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("contested", WaitingSteps.Spec);
        await using var first = installation.StartDriver("run", workflow, "--run-id", "contested");
        var pod = await installation.WhenRunningAsync("contested", "one");
        await using var second = installation.StartDriver("run", workflow, "--run-id", "contested");
        var holder = await HolderAsync(installation, "contested");
        await second.WaitForTextAsync($"run contested is driven by {holder}: waiting", error: true, Cancellation);

        first.Signal(Signals.Kill);
        await first.WaitAsync(Cancellation);
        await LetGoAsync(installation, pod);
        var next = await installation.WhenRunningAsync("contested", "two");
        var heir = await HolderAsync(installation, "contested");
        Assert.False(string.IsNullOrEmpty(heir));
        Assert.NotEqual(holder, heir);
        var pods = await LetAllGoAsync(installation, "contested", pod, next);
        WaitingSteps.AssertAnswer(await second.WaitAsync(Cancellation), pods);

        // The first has launched one, the second all that came after it.
        var journal = await installation.JournalAsync("contested");
        var epochs = journal.Where(entry => (string?)entry["decision"] == "open").Select(entry => (long)entry["epoch"]!).ToList();
        Assert.Equal(2, epochs.Count);
        Assert.Equal(
            [("one", epochs[0]), ("two", epochs[1]), ("three", epochs[1])],
            journal.Where(entry => (string?)entry["decision"] == "launch").Select(entry => ((string)entry["task"]!, (long)entry["epoch"]!)));
        await installation.AssertRanAsync("contested", OneAttemptEach);
    }

    [Fact]
    public async Task A_run_is_submitted_and_left_and_found_again_by_its_name_from_another_machine()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("detached", WaitingSteps.Spec);
        (await installation.ExecutorAsync("run", workflow, "--run-id", "detached", "--detach")).Expect(0);
        var pod = await installation.WhenRunningAsync("detached", "one");
        Assert.Contains("one", (await installation.ElsewhereAsync("status", "detached")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("detached", (await installation.ElsewhereAsync("ls")).Expect(0).Output, StringComparison.Ordinal);
        await Poll.UntilAsync(
            async () => (await installation.ElsewhereAsync("logs", "detached")).Expect(0).OutputLines is ["one[0] attempt 1 | begun"],
            TimeSpan.FromMinutes(1), () => "the first line of a log", Cancellation);

        await using var follower = installation.Start("attach", "detached");
        var pods = await LetAllGoAsync(installation, "detached", pod);
        (await follower.WaitAsync(Cancellation)).Expect(0);
        var status = JsonNode.Parse((await installation.ElsewhereAsync("status", "detached", "--output", "json")).Expect(0).Output)!;
        Assert.Equal([("one", 1), ("two", 1), ("three", 1)], status["tasks"]!.AsArray().Select(task => ((string)task!["task"]!, (int)task["done"]!)));
        Assert.Equal(
            WaitingSteps.Tasks.Select(task => $"{task}[0] attempt 1 | begun").Order(StringComparer.Ordinal),
            (await installation.ElsewhereAsync("logs", "detached")).Expect(0).OutputLines.Order(StringComparer.Ordinal));
        var report = (await installation.ElsewhereAsync("report", "detached")).Expect(0).Output;
        Assert.All(WaitingSteps.Tasks, task => Assert.Contains(task, report, StringComparison.Ordinal));

        // Whoever runs it again, wherever, gets its answer and runs nothing.
        WaitingSteps.AssertAnswer(await installation.ElsewhereAsync("run", workflow, "--run-id", "detached"), pods);
        await installation.AssertRanAsync("detached", OneAttemptEach);

        // It took as long as the run, not as long as one looks on: three pods one after another are not over within a second.
        var events = (await installation.ExecutorAsync("attach", "detached", "--output", "json")).Expect(0).Output;
        var finished = JsonDocument.Parse(events.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.True(finished.GetProperty("seconds").GetDouble() > 1, events);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_ends_its_attempts_and_its_driver()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("cancelled", WaitingSteps.Spec);
        await using var client = installation.Start("run", workflow, "--run-id", "cancelled");
        await installation.WhenRunningAsync("cancelled", "one");
        (await installation.ExecutorAsync("cancel", "cancelled")).Expect(0);

        (await client.WaitAsync(Cancellation)).Expect(130);
        await installation.WhenReleasedAsync("cancelled");
        await Poll.UntilAsync(
            async () => (await installation.PodsAsync("cancelled")).Count == 0, TimeSpan.FromMinutes(2), () => "the pods of run cancelled to be gone", Cancellation);
    }

    [Fact]
    public async Task The_run_goes_on_while_the_network_to_the_API_server_is_cut_for_a_minute()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("cut", WaitingSteps.Spec);
        await using var proxy = new CuttableProxy(installation.Cluster.NewConfiguration().Host);
        var kubeconfig = await installation.DriverKubeconfigThroughAsync(proxy);
        await using var driver = installation.StartAs(kubeconfig, "run", workflow, "--run-id", "cut", "--driver", "here");
        var pod = await installation.WhenRunningAsync("cut", "one");

        proxy.Cut();
        await LetGoAsync(installation, pod);
        await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System, Cancellation);
        Assert.False(driver.HasExited, driver.Describe());
        proxy.Mend();

        var pods = await LetAllGoAsync(installation, "cut", pod, await installation.WhenRunningAsync("cut", "two"));
        WaitingSteps.AssertAnswer(await driver.WaitAsync(Cancellation), pods);
        await installation.AssertRanAsync("cut", OneAttemptEach);
    }

    [Fact]
    public async Task Deleting_the_anchor_ends_the_driver_and_leaves_nothing()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("anchored", WaitingSteps.Spec);
        await using var driver = installation.StartDriver("run", workflow, "--run-id", "anchored");
        await installation.WhenRunningAsync("anchored", "one");

        (await installation.KubectlAsync(["delete", "configmap", "executor-anchored"])).Expect(0);
        Assert.Contains("anchor", (await driver.WaitAsync(Cancellation)).Expect(3).Error, StringComparison.Ordinal);
        await WhenNothingIsLeftAsync(installation, "anchored");
    }

    [Fact]
    public async Task Deleting_the_anchor_takes_the_driver_of_a_submitted_run_away_with_everything_else()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("uprooted", WaitingSteps.Spec);
        (await installation.ExecutorAsync("run", workflow, "--run-id", "uprooted", "--detach")).Expect(0);
        await installation.WhenRunningAsync("uprooted", "one");
        var there = await ObjectsAsync(installation, "uprooted");
        Assert.Equal(2, there.Count(name => name.StartsWith("job.batch/", StringComparison.Ordinal)));
        Assert.Equal(2, there.Count(name => name.StartsWith("pod/", StringComparison.Ordinal)));
        Assert.Contains("lease.coordination.k8s.io/executor-uprooted", there);

        (await installation.KubectlAsync(["delete", "configmap", "executor-uprooted"])).Expect(0);
        await WhenNothingIsLeftAsync(installation, "uprooted");
    }

    /// <summary>All that is in the cluster of a run.</summary>
    private static async Task<IReadOnlyList<string>> ObjectsAsync(Installation installation, string run) => (await installation.KubectlAsync(
        ["get", "jobs,pods,secrets,configmaps,leases", "-l", $"executor.dev/run={run}", "-o", "name"])).Expect(0).OutputLines;

    private static Task WhenNothingIsLeftAsync(Installation installation, string run) => Poll.UntilAsync(
        async () => (await ObjectsAsync(installation, run)).Count == 0, TimeSpan.FromMinutes(2), () => $"everything of run {run} to be gone", Cancellation);

    private static async Task<string?> HolderAsync(Installation installation, string run) =>
        (await installation.Client.Leases(installation.Namespace).ReadAsync($"executor-{run}", Cancellation)).Spec!.HolderIdentity;

    private static async Task<IList<V1Pod>> DriverPodsAsync(Installation installation, string run) =>
        (await installation.Client.Pods(installation.Namespace).ListAllAsync(
            new ListOptions { LabelSelector = $"executor.dev/run={run},app.kubernetes.io/component=driver" }, Cancellation)).Items;

    /// <summary>Lets the pods of the tasks go, one after another, and returns them all.</summary>
    /// <param name="installation">Where.</param>
    /// <param name="run">The run.</param>
    /// <param name="pods">The pods of the first tasks; those of the others are waited for. All but the last of these may have been let go.</param>
    private static async Task<IReadOnlyList<V1Pod>> LetAllGoAsync(Installation installation, string run, params V1Pod[] pods)
    {
        await LetGoAsync(installation, pods[^1]);
        var all = pods.ToList();
        foreach (var task in WaitingSteps.Tasks.Skip(pods.Length))
        {
            all.Add(await installation.WhenRunningAsync(run, task));
            await LetGoAsync(installation, all[^1]);
        }

        return all;
    }

    private static async Task LetGoAsync(Installation installation, V1Pod pod) => Assert.Equal(0, await installation.LetGoAsync(pod.Metadata.Name!, Cancellation));
}
