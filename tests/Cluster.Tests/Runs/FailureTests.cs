using Cluster.Tests.Harness;
using Executor.TestKit;

namespace Cluster.Tests.Runs;

/// <summary>Tasks that cannot succeed: the run fails once it is certain, says why, and leaves nothing in the cluster.</summary>
public sealed class FailureTests(SharedInstallation shared)
{
    [Fact]
    public async Task A_failing_command_shows_its_exit_code_and_the_last_lines_of_its_log()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("failing", """
            tasks:
              - name: break
                image: executor/busybox:dev
                retries: {task: 1}
                script: |
                  echo "the last words of attempt $EXECUTOR_ATTEMPT" >&2
                  exit 7
            """);

        var result = (await installation.ExecutorAsync("run", workflow, "--run-id", "failing")).Expect(1);
        Assert.Contains("exit code 7", result.Error, StringComparison.Ordinal);
        Assert.Contains("the last words of attempt 2", result.Output + result.Error, StringComparison.Ordinal);
        var commands = result.Error.Split('\n').Where(line => line.Contains(" see: ", StringComparison.Ordinal)).Select(line => line[(line.IndexOf(" see: ", StringComparison.Ordinal) + 6)..]).ToList();
        Assert.Equal(2, commands.Count);
        Assert.Equal("executor logs failing 'break[0]'", commands[0]);

        var logs = (await installation.ExecutorAsync("logs", "failing")).Expect(0);
        Assert.Contains("break[0] attempt 1 | the last words of attempt 1", logs.Output, StringComparison.Ordinal);
        await installation.WhenReleasedAsync("failing");

        // What is printed has to work when the run is over and the pod is gone.
        Assert.StartsWith($"kubectl -n {installation.Namespace} ", commands[1], StringComparison.Ordinal);
        var shown = (await installation.KubectlAsync(commands[1].Split(' ')[3..])).Expect(0);
        Assert.Contains("Started container task", shown.Output, StringComparison.Ordinal);
        Assert.Contains("the last words of attempt 2", (await installation.ExecutorAsync("logs", "failing", "break[0]")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_fails_the_run_with_its_name()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("no-image", """
            tasks:
              - {name: lost, image: "executor/busybox:no-such-tag", imagePullPolicy: Never, command: [/bin/true]}
            """);

        var result = (await installation.ExecutorAsync("run", workflow, "--run-id", "no-image")).Expect(1);
        Assert.Contains("executor/busybox:no-such-tag", result.Error, StringComparison.Ordinal);
        await installation.WhenReleasedAsync("no-image");
    }

    [Fact]
    public async Task An_image_that_a_registry_does_not_give_is_told_of_while_its_pod_waits_for_it()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("pulling", """
            tasks:
              - {name: pull, image: "127.0.0.1:1/features:7", command: [/bin/true]}
            """);

        await using var program = installation.StartDriver("run", workflow, "--run-id", "pulling");
        await Poll.UntilAsync(
            () => program.Error.Contains("pull: 1 instance waits: the image 127.0.0.1:1/features:7 cannot be pulled yet: ", StringComparison.Ordinal),
            TimeSpan.FromMinutes(2), () => $"what it waits for, instead of\n{program.Error}", TestContext.Current.CancellationToken);
        (await installation.ExecutorAsync("cancel", "pulling")).Expect(0);

        Assert.Equal(130, (await program.WaitAsync(TestContext.Current.CancellationToken)).ExitCode);
        await installation.WhenReleasedAsync("pulling");
    }

    [Fact]
    public async Task A_secret_that_is_not_there_fails_the_run_with_its_name()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("no-secret", """
            tasks:
              - name: closed
                image: executor/busybox:dev
                env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: no-such-secret, key: token}}}]
                command: [/bin/true]
            """);

        var result = (await installation.ExecutorAsync("run", workflow, "--run-id", "no-secret")).Expect(1);
        Assert.Contains("no-such-secret", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_no_node_can_meet_fails_the_run_and_says_what_the_largest_node_has()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("giant", """
            tasks:
              - {name: giant, image: executor/busybox:dev, resources: {cpu: 900, memory: 40Ti}, command: [/bin/true]}
            """);

        var result = (await installation.ExecutorAsync("run", workflow, "--run-id", "giant")).Expect(1);
        Assert.Contains("the largest node offers", result.Error, StringComparison.Ordinal);
        await installation.WhenReleasedAsync("giant");
    }

    [Fact]
    public async Task A_pod_that_would_not_be_Guaranteed_is_refused_before_anything_is_made()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("helper", """
            tasks: [{name: bare, command: [/bin/true], podTemplate: {spec: {containers: [{name: helper, image: x}]}}}]
            """);

        var result = (await installation.ExecutorAsync("run", workflow, "--run-id", "helper")).Expect(2);
        Assert.Contains("helper", result.Error, StringComparison.Ordinal);
        Assert.Empty(await installation.JobsAsync("helper"));
    }
}
