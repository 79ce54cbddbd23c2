using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit;
using Executor.TestKit.Charts;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Harness;

/// <summary>
/// A namespace with the product in it as its chart installs it, and a user who has no rights but those of the chart's role for users; the driver has
/// no rights but those of the chart's role for drivers. From where the tests run nothing of the cluster is used but its API server.
/// </summary>
public sealed class Installation : IAsyncDisposable
{
    /// <summary>The image for commands that need no more than a shell and its tools.</summary>
    public const string ShellImage = "executor/python-task:dev";

    /// <summary>One static program, no C library.</summary>
    public const string BusyBox = "executor/busybox:dev";

    private const string User = "tester";
    private const string Driver = "driver";
    private static readonly string Program = Repository.Program("executor", "executor");
    private readonly TemporaryDirectory _directory = new("executor-cluster-");

    private Installation(RealCluster cluster, TestNamespace place)
    {
        Cluster = cluster;
        Place = place;
    }

    /// <summary>The cluster, with an administrator's client.</summary>
    public RealCluster Cluster { get; }

    /// <summary>The namespace.</summary>
    public TestNamespace Place { get; }

    /// <summary>The namespace's name.</summary>
    public string Namespace => Place.Name;

    /// <summary>The administrator's client.</summary>
    public KubernetesClient Client => Cluster.Client;

    /// <summary>The kubeconfig of the user.</summary>
    public string Kubeconfig => _directory.PathOf("kubeconfig");

    /// <summary>The kubeconfig of somebody with the rights of a user and of a driver, who drives from outside.</summary>
    public string DriverKubeconfig => _directory.PathOf("driver-kubeconfig");

    /// <summary>Installs the chart and waits until the store is ready.</summary>
    /// <param name="cluster">The cluster; stays the caller's.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="storedOn">The node that keeps the store's data, in a folder of its own; null for a store whose data is gone with its pod, or in a bucket.</param>
    /// <param name="bucket">Keeps the store's data; stays the caller's. Null for a folder.</param>
    /// <param name="storePods">The pods of the store; more than one only with a bucket.</param>
    /// <param name="isSizedByVpa">Whether the accounts have the rights for task classes and VPAs, whose kinds are the caller's to add.</param>
    public static async Task<Installation> InstallAsync(
        RealCluster cluster, CancellationToken cancellationToken, string? storedOn = null, ClusterBucket? bucket = null, int storePods = 1, bool isSizedByVpa = false)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var installation = new Installation(cluster, await cluster.CreateNamespaceAsync(cancellationToken));
        try
        {
            if (storedOn is not null)
            {
                await installation.MakeVolumeAsync(storedOn);
            }

            await installation.InstallAsync(storedOn is not null, bucket, storePods, isSizedByVpa, cancellationToken);
            await installation.MakeUserAsync(cancellationToken);
            await installation.WhenStoreIsReadyAsync(cancellationToken);
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    /// <summary>The full path of something in a folder of the installation's own.</summary>
    public string PathOf(params string[] parts) => _directory.PathOf(parts);

    /// <summary>
    /// Writes a workflow of these tasks (and whatever else belongs below <c>spec</c>) and returns its full path. Tasks ask for little unless the text has
    /// <c>defaults</c> of its own: the lab's nodes are small.
    /// </summary>
    public string WriteWorkflow(string name, string spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var modest = spec.Contains("defaults:", StringComparison.Ordinal) ? spec : $"defaults: {{resources: {{cpu: 100m, memory: 128Mi}}}}\n{spec}";
        return _directory.Write(
            $"{name}.yaml",
            $$"""
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: {{name}}}
            spec:
              {{modest.ReplaceLineEndings("\n").Replace("\n", "\n  ", StringComparison.Ordinal)}}
            """);
    }

    /// <summary>Runs <c>executor</c> as the user, on this namespace, to its end.</summary>
    public async Task<ProgramResult> ExecutorAsync(params string[] arguments)
    {
        await using var program = Start(arguments);
        return await program.WaitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs <c>executor</c> as the user on another machine, which knows of no run, to its end.</summary>
    public async Task<ProgramResult> ElsewhereAsync(params string[] arguments)
    {
        await using var program = StartAs(Kubeconfig, PathOf($"state-{Guid.NewGuid():n}"), arguments);
        return await program.WaitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Starts <c>executor</c> as the user, on this namespace.</summary>
    public RunningProgram Start(params string[] arguments) => StartAs(Kubeconfig, arguments);

    /// <summary>Starts <c>executor</c> with the driver's rights, to drive here.</summary>
    public RunningProgram StartDriver(params string[] arguments) => StartAs(DriverKubeconfig, [.. arguments, "--driver", "here"]);

    /// <summary>Starts <c>executor</c> with another kubeconfig.</summary>
    public RunningProgram StartAs(string kubeconfig, params string[] arguments) => StartAs(kubeconfig, PathOf("state"), arguments);

    private RunningProgram StartAs(string kubeconfig, string state, string[] arguments) => RunningProgram.Start(new ProgramStart(Program, arguments)
    {
        WorkingDirectory = _directory.PathOf(),
        Environment = new Dictionary<string, string?>
        {
            ["KUBECONFIG"] = kubeconfig,
            ["EXECUTOR_STATE"] = state,
            ["EXECUTOR_BACKEND"] = "kubernetes",
            ["EXECUTOR_NAMESPACE"] = Namespace,
            ["EXECUTOR_IMAGE_TAG"] = "dev",
            ["EXECUTOR_IMAGE_PULL_POLICY"] = "IfNotPresent",
            ["EXECUTOR_IMAGE"] = ShellImage,
            ["EXECUTOR_DRIVER_CPU"] = "250m",
            ["EXECUTOR_DRIVER_MEMORY"] = "256Mi",
        },
    });

    /// <summary>Runs <c>executor</c> on this machine, without the cluster, as the answers are compared with it.</summary>
    public async Task<ProgramResult> EmbeddedAsync(params string[] arguments) => await RunningProgram.RunAsync(
        new ProgramStart(Program, arguments)
        {
            WorkingDirectory = _directory.PathOf(),
            Environment = new Dictionary<string, string?> { ["EXECUTOR_STATE"] = _directory.PathOf("state"), ["EXECUTOR_BACKEND"] = "local" },
        },
        TestContext.Current.CancellationToken);

    /// <summary>Runs <c>kubectl</c> as the administrator, on this namespace.</summary>
    public async Task<ProgramResult> KubectlAsync(string[] arguments, string? input = null) => await RunningProgram.RunAsync(
        new ProgramStart(Kubectl.Path, ["--kubeconfig", Cluster.KubeconfigPath, "--namespace", Namespace, .. arguments]) { Input = input },
        TestContext.Current.CancellationToken);

    /// <summary>Waits until a pod of a task runs, and returns it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="task">The task.</param>
    /// <param name="index">The instance.</param>
    /// <param name="attempt">The attempt's number.</param>
    public async Task<V1Pod> WhenRunningAsync(string run, string task, int index = 0, int attempt = 1)
    {
        V1Pod? found = null;
        await Poll.UntilAsync(
            async () => (found = (await PodsAsync(run, task, index)).FirstOrDefault(pod => pod.Metadata.Labels!["executor.dev/attempt"] == $"{attempt}"
                && pod.Status?.ContainerStatuses?.Any(status => status.Name == "task" && status.State?.Running is not null) == true)) is not null,
            TimeSpan.FromMinutes(2),
            () => $"attempt {attempt} of {task}[{index}] of run {run} to run",
            TestContext.Current.CancellationToken);
        return found!;
    }

    /// <summary>The pods of a run's attempts that are there.</summary>
    public async Task<IList<V1Pod>> PodsAsync(string run, string? task = null, int? index = null)
    {
        var selector = $"executor.dev/run={run},app.kubernetes.io/component=task"
            + (task is null ? "" : $",executor.dev/task={task}") + (index is null ? "" : $",executor.dev/index={index}");
        return (await Client.Pods(Namespace).ListAllAsync(new ListOptions { LabelSelector = selector }, TestContext.Current.CancellationToken)).Items;
    }

    /// <summary>The Jobs of a run's attempts that are there.</summary>
    public async Task<IList<V1Job>> JobsAsync(string run) => (await Client.Jobs(Namespace).ListAllAsync(
        new ListOptions { LabelSelector = $"executor.dev/run={run},app.kubernetes.io/component=task" }, TestContext.Current.CancellationToken)).Items;

    /// <summary>Waits until no Job of a run's attempts is left: all were released.</summary>
    public Task WhenReleasedAsync(string run) => Poll.UntilAsync(
        async () => (await JobsAsync(run)).Count == 0,
        TimeSpan.FromMinutes(1),
        () => $"the release of the Jobs of run {run}",
        TestContext.Current.CancellationToken);

    /// <summary>The decisions in a run's journal, in order.</summary>
    public async Task<IReadOnlyList<JsonNode>> JournalAsync(string run) =>
        [.. (await ExecutorAsync("status", run, "--journal")).Expect(0).OutputLines.Select(line => JsonNode.Parse(line)!)];

    /// <summary>
    /// Checks that a run's attempts were these, each launched once, and that of each instance one has committed; then that the cluster has neither Job nor pod of them
    /// any more.
    /// </summary>
    /// <param name="run">The run, which has ended.</param>
    /// <param name="attempts">The attempts as <c>task[index] attempt</c>, in any order.</param>
    public async Task AssertRanAsync(string run, params string[] attempts)
    {
        var journal = await JournalAsync(run);
        Assert.Equal(attempts.Order(StringComparer.Ordinal), Attempts(journal, "launch"));
        Assert.Equal(
            attempts.Select(InstanceOf).Distinct().Order(StringComparer.Ordinal),
            Attempts(journal, "committed").Select(InstanceOf));
        await WhenReleasedAsync(run);
        await Poll.UntilAsync(
            async () => (await PodsAsync(run)).Count == 0, TimeSpan.FromMinutes(1), () => $"the pods of run {run} to be gone", TestContext.Current.CancellationToken);
    }

    /// <summary>Makes the file that tasks of <see cref="BusyBox"/> wait for, <c>/tmp/go</c>, in an attempt's pod, and returns the exit code of what makes it.</summary>
    public Task<int> LetGoAsync(string pod, CancellationToken cancellationToken) => Client.Pods(Namespace).ExecAsync(
        pod, ["/bin/busybox", "touch", "/tmp/go"], new PodExecOptions { Container = "task" }, cancellationToken);

    /// <summary>What a command has printed of the rows that tasks have written with <c>answer </c> before them.</summary>
    public static IEnumerable<string> Answers(ProgramResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.OutputLines.Where(line => line.StartsWith("answer ", StringComparison.Ordinal));
    }

    /// <summary>The attempts that decisions of this kind are about, as <c>task[index] attempt</c>, in order.</summary>
    public static IReadOnlyList<string> Attempts(IEnumerable<JsonNode> journal, string decision) => [.. journal
        .Where(entry => (string?)entry["decision"] == decision)
        .Select(entry => $"{entry["task"]}[{entry["index"]}] {entry["attempt"]}")
        .Order(StringComparer.Ordinal)];

    private static string InstanceOf(string attempt) => attempt[..attempt.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>Waits until the store has a ready pod.</summary>
    public async Task WhenStoreIsReadyAsync(CancellationToken cancellationToken) => await Poll.UntilAsync(
        async () => (await Client.Resource(KubernetesResources.Deployments, Namespace).ReadAsync("executor-store", cancellationToken)).Status?.ReadyReplicas > 0,
        TimeSpan.FromMinutes(2),
        () => $"a ready store in {Namespace}",
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // What lies outside of the namespace does not go with it.
        var name = $"{Namespace}-executor-nodes";
        await RunningProgram.RunAsync(
            new ProgramStart(Kubectl.Path, "--kubeconfig", Cluster.KubeconfigPath, "delete", "--ignore-not-found", "--wait=false", $"clusterrole/{name}", $"clusterrolebinding/{name}", $"persistentvolume/{Namespace}"),
            CancellationToken.None);
        await Place.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>Installs the chart's run of a workflow beside the store that is there, and waits until its Job has ended.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="workflow">The path of its workflow.</param>
    public async Task<V1Job> RunByChartAsync(string run, string workflow)
    {
        var token = TestContext.Current.CancellationToken;
        await ApplyChartAsync(
            $$"""
            image: {tag: dev, pullPolicy: IfNotPresent}
            store: {enabled: false, key: {existingSecret: executor-store-key} }
            serviceAccount: {create: false}
            rbac: {create: false}
            run:
              enabled: true
              id: {{run}}
              image: {{ShellImage}}
              resources: {cpu: 250m, memory: 256Mi}
              workflow: {{JsonSerializer.Serialize(await File.ReadAllTextAsync(workflow, token))}}
            """,
            token);
        V1Job? job = null;
        await Poll.UntilAsync(
            async () =>
            {
                job = await Client.Jobs(Namespace).ReadAsync($"executor-run-{run}", token);
                return job.Status?.Conditions?.Any(condition => condition is { Type: "Complete" or "Failed", Status: "True" }) == true;
            },
            TimeSpan.FromMinutes(3),
            () => $"the end of the Job of run {run}",
            token);
        return job!;
    }

    private async Task InstallAsync(bool isStored, ClusterBucket? bucket, int storePods, bool isSizedByVpa, CancellationToken cancellationToken)
    {
        if (bucket is not null)
        {
            (await KubectlAsync([
                "create", "secret", "generic", "bucket-keys",
                $"--from-literal=AWS_ACCESS_KEY_ID={bucket.Server.AccessKey}", $"--from-literal=AWS_SECRET_ACCESS_KEY={bucket.Server.SecretKey}"])).Expect(0);
        }

        await ApplyChartAsync(
            $$"""
            image: {tag: dev, pullPolicy: IfNotPresent}
            store:
              persistence: {{{(isStored ? "enabled: true, existingClaim: data" : "enabled: false")}}}
              replicas: {{storePods}}
              s3: {{{(bucket is null ? "" : InBucket(bucket))}}}
              resources: {cpu: 250m, memory: 768Mi}
            vpa: {enabled: {{(isSizedByVpa ? "true" : "false")}}, definition: false}
            rbac:
              nodes: true
              users:
                - {kind: ServiceAccount, name: {{User}}, namespace: {{Namespace}}}
                - {kind: ServiceAccount, name: {{Driver}}, namespace: {{Namespace}}}
            """,
            cancellationToken);
    }

    private string InBucket(ClusterBucket bucket) =>
        $"bucket: {bucket.Server.Bucket}, endpoint: \"{bucket.Endpoint.GetLeftPart(UriPartial.Authority)}\", region: {bucket.Server.Region}, "
        + $"prefix: {Namespace}/, pathStyle: {(bucket.Server.UsePathStyle ? "true" : "false")}, existingSecret: bucket-keys";

    private async Task ApplyChartAsync(string values, CancellationToken cancellationToken)
    {
        var rendered = await Chart.RenderAsync(
            new ChartRequest
            {
                Release = "executor",
                Namespace = Namespace,
                KubeVersion = Cluster.Version.GitVersion!.TrimStart('v').Split('-', '+')[0],
                Values = values,
            },
            cancellationToken);
        (await KubectlAsync(["apply", "-f", "-"], rendered.Expect(0).Output)).Expect(0);
    }

    private async Task MakeVolumeAsync(string node)
    {
        (await KubectlAsync(["apply", "-f", "-"], $$"""
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: "{{Namespace}}"}
            spec:
              accessModes: [ReadWriteOnce]
              capacity: {storage: 1Gi}
              storageClassName: ""
              claimRef: {namespace: "{{Namespace}}", name: data}
              hostPath: {path: "/tmp/{{Namespace}}", type: DirectoryOrCreate}
              nodeAffinity:
                required:
                  nodeSelectorTerms:
                    - matchExpressions:
                        - {key: kubernetes.io/hostname, operator: In, values: ["{{node}}"]}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data}
            spec:
              accessModes: [ReadWriteOnce]
              storageClassName: ""
              volumeName: "{{Namespace}}"
              resources: {requests: {storage: 1Gi} }
            ---
            # A folder of a node is root's.
            apiVersion: v1
            kind: Pod
            metadata: {name: prepare}
            spec:
              restartPolicy: Never
              containers:
                - name: prepare
                  image: {{BusyBox}}
                  imagePullPolicy: IfNotPresent
                  command: [/bin/busybox, chmod, "777", /data]
                  securityContext: {runAsUser: 0}
                  volumeMounts: [{name: data, mountPath: /data}]
              volumes: [{name: data, persistentVolumeClaim: {claimName: data} }]
            """)).Expect(0);
        await Place.WhenPodAsync("prepare", pod => pod.Status?.Phase == "Succeeded", TestContext.Current.CancellationToken);
    }

    private async Task MakeUserAsync(CancellationToken cancellationToken)
    {
        foreach (var account in (string[])[User, Driver])
        {
            await Client.Resource(UntypedObject.Resource("", "v1", "serviceaccounts"), Namespace).CreateAsync(
                new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = new JsonObject { ["name"] = account } },
                cancellationToken: cancellationToken);
        }

        (await KubectlAsync(["create", "rolebinding", "drives", "--role=executor-driver", $"--serviceaccount={Namespace}:{Driver}"])).Expect(0);
        await WriteKubeconfigAsync("kubeconfig", User, null);
        await WriteKubeconfigAsync("driver-kubeconfig", Driver, null);
    }

    /// <summary>Writes a kubeconfig of the driver's that leads through a proxy on this machine, and returns its path.</summary>
    public Task<string> DriverKubeconfigThroughAsync(CuttableProxy proxy) => WriteKubeconfigAsync($"through-{proxy?.Port}", Driver, proxy);

    /// <summary>Writes a kubeconfig of a service account of the namespace, such as <c>default</c>, which has no rights, and returns its path.</summary>
    public Task<string> KubeconfigOfAsync(string account) => WriteKubeconfigAsync($"as-{account}", account, null);

    private async Task<string> WriteKubeconfigAsync(string name, string account, CuttableProxy? proxy)
    {
        var configuration = Cluster.NewConfiguration();
        var authorities = string.Concat(configuration.SslCaCerts!.Select(certificate => certificate.ExportCertificatePem() + "\n"));
        var server = proxy is null ? configuration.Host : new Uri($"https://127.0.0.1:{proxy.Port}");
        return _directory.Write(name, $$$"""
            apiVersion: v1
            kind: Config
            current-context: user
            contexts: [{name: user, context: {cluster: cluster, user: user, namespace: {{{Namespace}}}}}]
            clusters: [{name: cluster, cluster: {server: "{{{server}}}", tls-server-name: "{{{configuration.Host.Host}}}", certificate-authority-data: {{{Convert.ToBase64String(Encoding.UTF8.GetBytes(authorities))}}}}}]
            users: [{name: user, user: {token: "{{{await TokenAsync(account)}}}"}}]
            """);
    }

    private async Task<string> TokenAsync(string account)
    {
        var request = """{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 7200}}""";
        var answer = await KubectlAsync(["create", "--raw", $"/api/v1/namespaces/{Namespace}/serviceaccounts/{account}/token", "-f", "-"], request);
        return (string)JsonNode.Parse(answer.Expect(0).Output)!["status"]!["token"]!;
    }
}
