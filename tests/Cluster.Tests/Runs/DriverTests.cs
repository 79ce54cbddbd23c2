using System.Text.Json;
using Cluster.Tests.Harness;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Runs;

/// <summary>The driver of a run dies, is replaced, is challenged; what has finished never runs again.</summary>
public sealed class DriverTests(SharedInstallation shared)
{
    // Three tasks after one another, each of which waits until the test lets it go, so that a test knows where the run stands.
    private const string Steps = """
        tasks:
          - {name: one, image: executor/busybox:dev, script: "until [ -e /tmp/go ]; do sleep 0.1; done"}
          - {name: two, image: executor/busybox:dev, after: [one], script: "until [ -e /tmp/go ]; do sleep 0.1; done"}
          - {name: three, image: executor/busybox:dev, after: [two], script: "until [ -e /tmp/go ]; do sleep 0.1; done"}
        """;

    private static readonly string[] Tasks = ["one", "two", "three"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_executor_that_is_killed_three_times_adopts_what_runs_and_repeats_nothing()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("thrice", Steps);
        var pods = new List<string>();
        foreach (var task in Tasks)
        {
            await using var driver = installation.StartDriver("run", workflow, "--run-id", "thrice");
            var pod = await installation.WhenRunningAsync("thrice", task);
            pods.Add(pod.Metadata.Name!);
            driver.Signal(Signals.Kill);
            await driver.WaitAsync(Cancellation);
            await LetGoAsync(installation, pod);
        }

        await using var last = installation.StartDriver("run", workflow, "--run-id", "thrice");
        (await last.WaitAsync(Cancellation)).Expect(0);

        var journal = await installation.JournalAsync("thrice");
        Assert.Equal(3, journal.Count(entry => (string?)entry["decision"] == "launch"));
        Assert.Equal(4, journal.Count(entry => (string?)entry["decision"] == "open"));
        Assert.Equal(3, pods.Distinct().Count());
        await installation.WhenReleasedAsync("thrice");
    }

    [Fact]
    public async Task A_driver_pod_that_is_deleted_is_replaced_and_goes_on_while_the_client_follows()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("replaced", Steps);
        await using var client = installation.Start("run", workflow, "--run-id", "replaced");
        var first = await installation.WhenRunningAsync("replaced", "one");
        foreach (var driver in await DriverPodsAsync(installation, "replaced"))
        {
            await installation.Client.Pods(installation.Namespace).DeleteAsync(
                driver.Metadata.Name!, new V1DeleteOptions { GracePeriodSeconds = 0 }, Cancellation);
        }

        await LetGoAsync(installation, first);
        await LetGoAsync(installation, await installation.WhenRunningAsync("replaced", "two"));
        await LetGoAsync(installation, await installation.WhenRunningAsync("replaced", "three"));
        (await client.WaitAsync(Cancellation)).Expect(0);
        Assert.Equal(3, (await installation.JournalAsync("replaced")).Count(entry => (string?)entry["decision"] == "launch"));
    }

    [Fact]
    public async Task A_driver_that_is_told_to_end_gives_its_lease_back_and_leaves_its_attempts_to_the_next()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("leaving", Steps);
        (await installation.ExecutorAsync("run", workflow, "--run-id", "leaving", "--detach")).Expect(0);
        var first = await installation.WhenRunningAsync("leaving", "one");

        // With its Job, so that no other driver takes the lease.
        (await installation.KubectlAsync(["delete", "job", "-l", "executor.dev/run=leaving,app.kubernetes.io/component=driver"])).Expect(0);
        await Poll.UntilAsync(
            async () => (await DriverPodsAsync(installation, "leaving")).Count == 0, TimeSpan.FromMinutes(1), () => "the driver to be gone", Cancellation);
        var lease = await installation.Client.Leases(installation.Namespace).ReadAsync("executor-leaving", Cancellation);
        Assert.True(string.IsNullOrEmpty(lease.Spec!.HolderIdentity), lease.Spec.HolderIdentity);
        Assert.Equal("Running", (await installation.Client.Pods(installation.Namespace).ReadAsync(first.Metadata.Name!, Cancellation)).Status!.Phase);

        await using var next = installation.Start("run", workflow, "--run-id", "leaving");
        await LetGoAsync(installation, first);
        await LetGoAsync(installation, await installation.WhenRunningAsync("leaving", "two"));
        await LetGoAsync(installation, await installation.WhenRunningAsync("leaving", "three"));
        (await next.WaitAsync(Cancellation)).Expect(0);
        Assert.Equal(3, (await installation.JournalAsync("leaving")).Count(entry => (string?)entry["decision"] == "launch"));
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
        var workflow = installation.WriteWorkflow("contested", Steps);
        await using var first = installation.StartDriver("run", workflow, "--run-id", "contested");
        var pod = await installation.WhenRunningAsync("contested", "one");
        await using var second = installation.StartDriver("run", workflow, "--run-id", "contested");
        await second.WaitForTextAsync("is driven by", error: true, Cancellation);

        first.Signal(Signals.Kill);
        await first.WaitAsync(Cancellation);
        await LetGoAsync(installation, pod);
        await LetGoAsync(installation, await installation.WhenRunningAsync("contested", "two"));
        await LetGoAsync(installation, await installation.WhenRunningAsync("contested", "three"));
        (await second.WaitAsync(Cancellation)).Expect(0);
    }

    [Fact]
    public async Task A_run_is_submitted_and_left_and_found_again_by_its_name_from_another_machine()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("detached", Steps);
        (await installation.ExecutorAsync("run", workflow, "--run-id", "detached", "--detach")).Expect(0);
        var pod = await installation.WhenRunningAsync("detached", "one");
        Assert.Contains("one", (await installation.ExecutorAsync("status", "detached")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("detached", (await installation.ExecutorAsync("ls")).Expect(0).Output, StringComparison.Ordinal);

        await using var follower = installation.Start("attach", "detached");
        await LetGoAsync(installation, pod);
        await LetGoAsync(installation, await installation.WhenRunningAsync("detached", "two"));
        await LetGoAsync(installation, await installation.WhenRunningAsync("detached", "three"));
        (await follower.WaitAsync(Cancellation)).Expect(0);
        Assert.Contains("three", (await installation.ExecutorAsync("report", "detached")).Expect(0).Output, StringComparison.Ordinal);

        // It took as long as the run, not as long as one looks on: three pods one after another are not over within a second.
        var events = (await installation.ExecutorAsync("attach", "detached", "--output", "json")).Expect(0).Output;
        var finished = JsonDocument.Parse(events.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.True(finished.GetProperty("seconds").GetDouble() > 1, events);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_ends_its_attempts_and_its_driver()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("cancelled", Steps);
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
        var workflow = installation.WriteWorkflow("cut", Steps);
        await using var proxy = new CuttableProxy(installation.Cluster.NewConfiguration().Host);
        var kubeconfig = await installation.DriverKubeconfigThroughAsync(proxy);
        await using var driver = installation.StartAs(kubeconfig, "run", workflow, "--run-id", "cut", "--driver", "here");
        var pod = await installation.WhenRunningAsync("cut", "one");

        proxy.Cut();
        await LetGoAsync(installation, pod);
        await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System, Cancellation);
        Assert.False(driver.HasExited, driver.Describe());
        proxy.Mend();

        await LetGoAsync(installation, await installation.WhenRunningAsync("cut", "two"));
        await LetGoAsync(installation, await installation.WhenRunningAsync("cut", "three"));
        (await driver.WaitAsync(Cancellation)).Expect(0);
        Assert.Equal(3, (await installation.JournalAsync("cut")).Count(entry => (string?)entry["decision"] == "launch"));
    }

    [Fact]
    public async Task Deleting_the_anchor_ends_the_driver_and_leaves_nothing()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("anchored", Steps);
        await using var driver = installation.StartDriver("run", workflow, "--run-id", "anchored");
        await installation.WhenRunningAsync("anchored", "one");

        (await installation.KubectlAsync(["delete", "configmap", "executor-anchored"])).Expect(0);
        Assert.Contains("anchor", (await driver.WaitAsync(Cancellation)).Expect(3).Error, StringComparison.Ordinal);
        await Poll.UntilAsync(
            async () => (await installation.KubectlAsync(
                ["get", "jobs,pods,secrets,configmaps,leases", "-l", "executor.dev/run=anchored", "-o", "name"])).Expect(0).OutputLines.Count == 0,
            TimeSpan.FromMinutes(2),
            () => "everything of run anchored to be gone",
            Cancellation);
    }

    private static async Task<IList<V1Pod>> DriverPodsAsync(Installation installation, string run) =>
        (await installation.Client.Pods(installation.Namespace).ListAllAsync(
            new ListOptions { LabelSelector = $"executor.dev/run={run},app.kubernetes.io/component=driver" }, Cancellation)).Items;

    private static async Task LetGoAsync(Installation installation, V1Pod pod) => Assert.Equal(0, await installation.Client.Pods(installation.Namespace)
        .ExecAsync(pod.Metadata.Name!, ["/bin/busybox", "touch", "/tmp/go"], new PodExecOptions { Container = "task" }, Cancellation));
}
