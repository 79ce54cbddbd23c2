using System.Text;
using System.Text.Json.Nodes;
using Cluster.Tests.Harness;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit;

namespace Cluster.Tests.Steps;

/// <summary>
/// Plays the part of Airflow's KubernetesPodOperator with one step: makes its pod, with the container <c>base</c> and the sidecar for XCom, polls until base has
/// ended, reads the XCom by exec, ends the sidecar by exec, deletes the pod. The step's image has a read-only root, and nothing to write to but the folder for
/// XCom.
/// </summary>
internal sealed class OperatorStep
{
    /// <summary>The container that the step runs in.</summary>
    public const string Base = "base";

    private const string Sidecar = "airflow-xcom-sidecar";
    private const string XComFolder = "/airflow/xcom";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly Installation _installation;
    private readonly string _name;

    private OperatorStep(Installation installation, string name)
    {
        _installation = installation;
        _name = name;
    }

    /// <summary>The image of the steps: <c>EXECUTOR_TEST_STEP_IMAGE</c>, else the one that the tests' images are built as.</summary>
    public static string Image => Environment.GetEnvironmentVariable("EXECUTOR_TEST_STEP_IMAGE") is { Length: > 0 } image ? image : "executor/executor:dev";

    private PodClient Pods => _installation.Client.Pods(_installation.Namespace);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Puts a workflow where steps mount it from, and returns the name of the ConfigMap.</summary>
    public static async Task<string> PutWorkflowAsync(Installation installation, string name, string spec)
    {
        var text = await File.ReadAllTextAsync(installation.WriteWorkflow(name, spec), Token);
        var map = new V1ConfigMap { Metadata = new V1ObjectMeta { Name = $"workflow-{name}" }, Data = new Dictionary<string, string> { ["workflow.yaml"] = text } };
        await installation.Client.ConfigMaps(installation.Namespace).CreateAsync(map, cancellationToken: Token);
        return map.Metadata.Name;
    }

    /// <summary>Makes the pod of one try of a step.</summary>
    /// <param name="installation">Where.</param>
    /// <param name="workflow">The ConfigMap with the workflow.</param>
    /// <param name="task">The step's name, the same for all its tries.</param>
    /// <param name="attempt">The number of the try.</param>
    /// <param name="options">Options of <c>executor run</c>.</param>
    public static async Task<OperatorStep> StartAsync(Installation installation, string workflow, string task, int attempt, params string[] options)
    {
        var step = new OperatorStep(installation, $"{task}-try-{attempt}");
        await step.Pods.CreateAsync(step.Pod(workflow, task, attempt, options), cancellationToken: Token);
        return step;
    }

    /// <summary>The labels by which the operator finds its pod again.</summary>
    public static Dictionary<string, string> LabelsOf(string task, int attempt) => new()
    {
        ["dag_id"] = "sales",
        ["task_id"] = task,
        ["run_id"] = "scheduled__2026-01-01T0000000000-3ba7ed5d2",
        ["try_number"] = attempt.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["map_index"] = "0",
        ["kubernetes_pod_operator"] = "True",
        ["airflow_version"] = "2.10.0",
        ["already_checked"] = "False",
    };

    /// <summary>The pod as it is.</summary>
    public Task<V1Pod> ReadAsync() => Pods.ReadAsync(_name, Token);

    /// <summary>Waits until base has ended, and returns how.</summary>
    public async Task<V1ContainerStateTerminated> WhenBaseHasEndedAsync()
    {
        V1ContainerStateTerminated? end = null;
        await Poll.UntilAsync(
            async () => (end = EndOf(await ReadAsync())) is not null, Patience, () => $"the end of {_name}", Token);
        return end!;
    }

    /// <summary>Reads the XCom as the operator does.</summary>
    public async Task<JsonNode> XComAsync() => JsonNode.Parse((await ExecAsync($"cat {XComFolder}/return.json")).Output)!;

    /// <summary>Ends the sidecar as the operator does, and waits for the pod's phase.</summary>
    public async Task<string> PhaseAsync()
    {
        await ExecAsync("kill -s INT 1");
        string? phase = null;
        await Poll.UntilAsync(
            async () => (phase = (await ReadAsync()).Status?.Phase) is "Succeeded" or "Failed", Patience, () => $"the phase of {_name}", Token);
        return phase!;
    }

    /// <summary>Waits until base has ended, and fails with its log unless it succeeded.</summary>
    public async Task<JsonNode> WhenSucceededAsync()
    {
        var end = await WhenBaseHasEndedAsync();
        Assert.True(end.ExitCode == 0, $"exit code {end.ExitCode}: {end.Message}\n{await LogAsync()}");
        var xcom = await XComAsync();
        Assert.Equal("Succeeded", await PhaseAsync());
        return xcom;
    }

    /// <summary>What base wrote.</summary>
    public async Task<string> LogAsync()
    {
        await using var stream = await Pods.ReadLogAsync(_name, new PodLogOptions { Container = Base }, Token);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Token);
    }

    /// <summary>
    /// Deletes the pod as the operator does when its task is killed, with the pod's own grace. Returns the XCom that base leaves as its last word, once the pod
    /// is gone: the sidecar does not heed SIGTERM, and so can be asked until the grace is over. A base that does not end in its grace leaves none.
    /// </summary>
    public async Task<JsonNode> KillAsync()
    {
        await Pods.DeleteAsync(_name, cancellationToken: Token);
        var content = "";
        await Poll.UntilAsync(
            async () => (content = (await ExecAsync($"cat {XComFolder}/return.json")).Output).Length > 0, Patience, () => $"the last word of {_name}", Token);
        await DeleteAsync();
        return JsonNode.Parse(content)!;
    }

    /// <summary>Deletes the pod, if that was not done yet, and waits until it is gone.</summary>
    public async Task DeleteAsync()
    {
        try
        {
            await Pods.DeleteAsync(_name, cancellationToken: Token);
            await Poll.UntilAsync(
                async () => await ReadAsync() is null, Patience, () => $"{_name} to be gone", Token);
        }
        catch (KubernetesException gone) when (gone.IsNotFound)
        {
            // What was waited for.
        }
    }

    private static V1ContainerStateTerminated? EndOf(V1Pod pod) =>
        pod.Status?.ContainerStatuses?.FirstOrDefault(status => status.Name == Base)?.State?.Terminated;

    private async Task<(int Code, string Output)> ExecAsync(string command)
    {
        using var output = new MemoryStream();
        var options = new PodExecOptions { Container = Sidecar, Stdout = output };
        var code = await Pods.ExecAsync(_name, ["/bin/sh", "-c", command], options, Token);
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }

    private JsonObject Pod(string workflow, string task, int attempt, string[] options) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject
        {
            ["name"] = _name,
            ["labels"] = new JsonObject(LabelsOf(task, attempt).Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
            ["annotations"] = new JsonObject { ["dag_id"] = "sales", ["task_id"] = task },
        },
        ["spec"] = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["serviceAccountName"] = "executor-driver",
            ["containers"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = Base,
                    ["image"] = Image,
                    ["imagePullPolicy"] = "IfNotPresent",
                    ["args"] = new JsonArray(["run", "/workflow/workflow.yaml", "--xcom", $"{XComFolder}/return.json", .. options.Select(option => (JsonNode)option)]),
                    ["env"] = new JsonArray(
                        Variable("EXECUTOR_BACKEND", "kubernetes"),
                        Variable("EXECUTOR_STORE_KEY_FILE", "/keys/master.key"),
                        Variable("EXECUTOR_IMAGE", Installation.ShellImage),
                        Variable("EXECUTOR_IMAGE_TAG", "dev"),
                        Variable("EXECUTOR_IMAGE_PULL_POLICY", "IfNotPresent"),
                        Field("EXECUTOR_POD_NAME", "metadata.name"),
                        Field("EXECUTOR_POD_UID", "metadata.uid")),
                    ["resources"] = Resources("250m", "256Mi"),
                    ["securityContext"] = JsonNode.Parse("""{"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsNonRoot": true}"""),
                    ["volumeMounts"] = new JsonArray(Mount("workflow", "/workflow"), Mount("key", "/keys"), Mount("xcom", XComFolder)),
                },
                new JsonObject
                {
                    ["name"] = Sidecar,
                    ["image"] = Installation.BusyBox,
                    ["imagePullPolicy"] = "IfNotPresent",
                    ["command"] = new JsonArray("/bin/sh", "-c", "trap \"exit 0\" INT; while true; do sleep 1; done;"),
                    ["resources"] = Resources("10m", "16Mi"),
                    ["volumeMounts"] = new JsonArray(Mount("xcom", XComFolder)),
                }),
            ["volumes"] = new JsonArray(
                new JsonObject { ["name"] = "workflow", ["configMap"] = new JsonObject { ["name"] = workflow } },
                new JsonObject { ["name"] = "key", ["secret"] = new JsonObject { ["secretName"] = "executor-store-key" } },
                new JsonObject { ["name"] = "xcom", ["emptyDir"] = new JsonObject() }),
        },
    };

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private static JsonObject Field(string name, string path) =>
        new() { ["name"] = name, ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = path } } };

    private static JsonObject Mount(string name, string path) => new() { ["name"] = name, ["mountPath"] = path };

    private static JsonObject Resources(string cpu, string memory) => new()
    {
        ["requests"] = new JsonObject { ["cpu"] = cpu, ["memory"] = memory },
        ["limits"] = new JsonObject { ["cpu"] = cpu, ["memory"] = memory },
    };
}
