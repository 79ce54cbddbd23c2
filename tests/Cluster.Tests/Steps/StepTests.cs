using Cluster.Tests.Harness;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit;

namespace Cluster.Tests.Steps;

/// <summary>The command as a step of Airflow: the operator's side is played by <see cref="OperatorStep"/>, everything else is real.</summary>
public sealed class StepTests(SharedInstallation shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // `held` waits until the test lets it go.
    private const string QuickThenHeld = """
        defaults: {resources: {cpu: 100m, memory: 64Mi}}
        tasks:
          - name: quick
            fanOut: {count: 2}
            script: echo "quick {{index}}"
            stdout: rows
            outputs: [{name: rows, format: lines}]
          - name: held
            inputs: [{from: quick.rows}]
            stdin: quick.rows
            script: |
              while [ ! -e /tmp/go ]; do sleep 0.2; done
              cat
            stdout: rows
            outputs: [{name: rows, format: lines}]
        results: [held.rows]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_step_hands_on_references_and_its_children_have_none_of_its_labels()
    {
        var installation = await shared.GetAsync(Token);
        var workflow = await OperatorStep.PutWorkflowAsync(installation, "handed-on", """
            defaults: {resources: {cpu: 100m, memory: 64Mi}}
            tasks:
              - name: say
                fanOut: {count: 2}
                script: echo "row {{index}}"; echo "secret row"
                stdout: rows
                outputs: [{name: rows, format: lines}]
            results: [say.rows]
            """);
        var step = await OperatorStep.StartAsync(installation, workflow, "handed-on", 1, "--run-id-from", "sales handed-on 2026-01-01", "--keep-files");

        var end = await step.WhenBaseHasEndedAsync();
        Assert.True(end.ExitCode == 0, $"{end.ExitCode}: {end.Message}\n{await step.LogAsync()}");
        var xcom = await step.XComAsync();
        var run = (string)xcom["run"]!;

        Assert.StartsWith("sales-handed-on-2026-01-01-", run);
        Assert.Equal(("handed-on", "succeeded", 0), ((string)xcom["workflow"]!, (string)xcom["outcome"]!, (int)xcom["exitCode"]!));
        var service = await installation.Client.Services(installation.Namespace).ReadAsync("executor-store", Token);
        Assert.Equal($"https://{service.Spec!.ClusterIP}:8815/", (string)xcom["store"]!);
        var result = Assert.Single(xcom["results"]!.AsArray())!;
        Assert.Equal(("say.rows", 4, 1), ((string)result["output"]!, (int)result["rows"]!, (int)result["partitions"]!));
        Assert.True((long)result["bytes"]! > 0);
        Assert.DoesNotContain("secret row", xcom.ToJsonString());
        Assert.Equal($"run {run} succeeded: say.rows 4 rows", end.Message);
        Assert.Equal("Succeeded", await step.PhaseAsync());

        // The operator looks for its pod by these; a second one would be an error of its own.
        var labels = OperatorStep.LabelsOf("handed-on", 1);
        var selection = new ListOptions { LabelSelector = string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")) };
        Assert.Equal(["handed-on-try-1"], (await installation.Client.Pods(installation.Namespace).ListAllAsync(selection, Token)).Items.Select(pod => pod.Metadata.Name));
        var (jobs, pods) = (await installation.JobsAsync(run), await installation.PodsAsync(run));
        Assert.Equal((2, 2), (jobs.Count, pods.Count));
        Assert.All(jobs.Select(job => job.Metadata).Concat(pods.Select(pod => pod.Metadata)), made =>
        {
            Assert.Empty(made.Labels!.Keys.Intersect(labels.Keys));
            Assert.Empty((made.Annotations ?? new Dictionary<string, string>()).Keys.Intersect(labels.Keys));
        });
    }

    [Fact]
    public async Task A_step_that_fails_says_why_in_its_termination_message_and_its_XCom()
    {
        var installation = await shared.GetAsync(Token);
        var workflow = await OperatorStep.PutWorkflowAsync(installation, "failing", """
            defaults: {resources: {cpu: 100m, memory: 64Mi}, retries: {task: 0}}
            tasks:
              - name: extract
                fanOut: {count: 2}
                script: |
                  [ {{index}} = 0 ] && exit 0
                  echo "there is no day {{index}}" >&2
                  exit 3
            """);
        var step = await OperatorStep.StartAsync(installation, workflow, "failing", 1, "--run-id", "failing-step");

        var end = await step.WhenBaseHasEndedAsync();

        Assert.Equal(1, end.ExitCode);
        Assert.StartsWith("run failing-step failed (exit code 1)\nextract[1] failed at attempt 1: ", end.Message);
        Assert.Contains("exit code 3", end.Message);
        Assert.Contains("\nlast lines of its log:\nthere is no day 1\n", end.Message);
        var xcom = await step.XComAsync();
        Assert.Equal(("failed", 1), ((string)xcom["outcome"]!, (int)xcom["exitCode"]!));
        Assert.StartsWith("extract[1] failed at attempt 1: ", (string)xcom["reason"]!);
        Assert.Equal("Failed", await step.PhaseAsync());
    }

    [Fact]
    public async Task A_step_that_is_killed_cancels_its_run_within_its_grace_and_the_next_try_goes_on()
    {
        var installation = await shared.GetAsync(Token);
        var workflow = await OperatorStep.PutWorkflowAsync(installation, "killed", QuickThenHeld);
        const string Run = "killed-step";
        var first = await OperatorStep.StartAsync(installation, workflow, "killed", 1, "--run-id", Run);
        await installation.WhenRunningAsync(Run, "held");

        var last = await first.KillAsync();

        Assert.Equal(("cancelled", 143, "the run was cancelled"), ((string)last["outcome"]!, (int)last["exitCode"]!, (string)last["reason"]!));
        await installation.WhenReleasedAsync(Run);
        await Poll.UntilAsync(async () => (await installation.PodsAsync(Run)).Count == 0, Patience, () => "the attempts to be gone", Token);
        var second = await OperatorStep.StartAsync(installation, workflow, "killed", 2, "--run-id", Run);
        await LetGoAsync(installation, await installation.WhenRunningAsync(Run, "held", attempt: 2));
        Assert.Equal(2, (int)(await second.WhenSucceededAsync())["results"]![0]!["rows"]!);
        Assert.Equal([("held", 0, 1), ("held", 0, 2), ("quick", 0, 1), ("quick", 1, 1)], await LaunchesAsync(installation, Run));
    }

    [Fact]
    public async Task A_step_that_leaves_its_run_is_followed_by_one_that_adopts_what_runs()
    {
        var installation = await shared.GetAsync(Token);
        var workflow = await OperatorStep.PutWorkflowAsync(installation, "left", QuickThenHeld);
        const string Run = "left-step";
        var first = await OperatorStep.StartAsync(installation, workflow, "left", 1, "--run-id", Run, "--on-terminate", "leave");
        var held = await installation.WhenRunningAsync(Run, "held");

        var last = await first.KillAsync();

        Assert.Equal(("left", 143), ((string)last["outcome"]!, (int)last["exitCode"]!));
        var standing = await installation.Client.Pods(installation.Namespace).ReadAsync(held.Metadata.Name!, Token);
        Assert.Equal((held.Metadata.Uid, null), (standing.Metadata.Uid, standing.Metadata.DeletionTimestamp));
        var second = await OperatorStep.StartAsync(installation, workflow, "left", 2, "--run-id", Run, "--on-terminate", "leave");
        await LetGoAsync(installation, held);
        Assert.Equal(2, (int)(await second.WhenSucceededAsync())["results"]![0]!["rows"]!);
        Assert.Equal([("held", 0, 1), ("quick", 0, 1), ("quick", 1, 1)], await LaunchesAsync(installation, Run));
    }

    [Fact]
    public async Task A_runs_objects_belong_to_whom_the_latest_step_says_and_die_with_the_step_that_owns_them()
    {
        var installation = await shared.GetAsync(Token);
        var workflow = await OperatorStep.PutWorkflowAsync(installation, "owned", "tasks: [{name: nothing, command: ['true'], resources: {cpu: 100m, memory: 64Mi}}]");
        const string Run = "owned-step";
        var anchors = installation.Client.ConfigMaps(installation.Namespace);

        async Task<OperatorStep> StepAsync(int attempt, string owner)
        {
            var step = await OperatorStep.StartAsync(installation, workflow, "owned", attempt, "--run-id", Run, "--owner", owner);
            await step.WhenSucceededAsync();
            var owners = (await anchors.ReadAsync($"executor-{Run}", Token)).Metadata.OwnerReferences ?? [];
            Assert.Equal(owner == "step" ? [(await step.ReadAsync()).Metadata.Uid] : [], owners.Select(reference => reference.Uid));
            return step;
        }

        await StepAsync(1, "step");
        await StepAsync(2, "run");
        var last = await StepAsync(3, "step");
        await last.DeleteAsync();

        var selection = new ListOptions { LabelSelector = $"executor.dev/run={Run}" };
        await Poll.UntilAsync(
            async () => (await anchors.ListAllAsync(selection, Token)).Items.Count == 0
                && (await installation.Client.Secrets(installation.Namespace).ListAllAsync(selection, Token)).Items.Count == 0
                && (await installation.Client.Leases(installation.Namespace).ListAllAsync(selection, Token)).Items.Count == 0,
            Patience,
            () => "everything of the run to be gone with its step",
            Token);
    }

    private static async Task LetGoAsync(Installation installation, V1Pod held) => Assert.Equal(0, await installation.Client.Pods(installation.Namespace).ExecAsync(
        held.Metadata.Name!, ["/bin/sh", "-c", "> /tmp/go"], new PodExecOptions { Container = "task" }, Token));

    /// <summary>The attempts that the run's drivers have launched, by its journal.</summary>
    private static async Task<IEnumerable<(string, int, int)>> LaunchesAsync(Installation installation, string run)
    {
        var journal = await installation.JournalAsync(run);
        return journal
            .Where(entry => (string)entry["decision"]! == "launch")
            .Select(entry => ((string)entry["task"]!, (int)entry["index"]!, (int)entry["attempt"]!))
            .Order();
    }
}
