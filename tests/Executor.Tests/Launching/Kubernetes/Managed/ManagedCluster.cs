using System.Text.Json.Nodes;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Driving;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Kubernetes.FakeNodes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Managed;

/// <summary>
/// An API server of a version that leaves Jobs to the executor, with fake nodes whose pods commit to a store in memory; and runs on it by the real driver.
/// </summary>
internal sealed class ManagedCluster : IAsyncDisposable
{
    private const string Run = "managed";
    private const string Namespace = "batch";
    private const string Pool = "fake";
    private const string JobsPath = "/apis/batch/v1/namespaces/batch/jobs";
    private const string PodsPath = "/api/v1/namespaces/batch/pods";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("managed-");
    private readonly MemoryObjectStore _objects = new();
    private readonly ShuffleEngine _engine;
    private readonly InProcessShuffleChannel _channel;
    private readonly InProcessRunRecords _records;
    private readonly ITimer _guard;
    private KubernetesClient _client = null!;
    private ObjectReference _anchor = null!;

    private ManagedCluster()
    {
        // Against hangs: what a test waits for comes within milliseconds, or never.
        var context = TestContext.Current;
        _guard = TimeProvider.System.CreateTimer(_ => context.CancelCurrentTest(), null, TimeSpan.FromMinutes(2), Timeout.InfiniteTimeSpan);
        _engine = new ShuffleEngine(_objects);
        _channel = new InProcessShuffleChannel(_engine);
        _records = new InProcessRunRecords(_engine);
    }

    public FakeApiServer Server { get; private set; } = null!;

    public FakeNodePool Nodes { get; private set; } = null!;

    /// <summary>Leaves Jobs and pods where they are when their attempts have ended.</summary>
    public bool KeepJobs { get; init; } = true;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts server and nodes.</summary>
    /// <param name="keepJobs">Leaves Jobs and pods where they are when their attempts have ended.</param>
    /// <param name="around">What runs in a pod, given what would run there without it; null for that alone, which commits.</param>
    public static async Task<ManagedCluster> StartAsync(
        bool keepJobs = true, Func<FakeTask, Func<CancellationToken, Task<FakeExit>>, CancellationToken, Task<FakeExit>>? around = null)
    {
        var cluster = new ManagedCluster { KeepJobs = keepJobs };
        cluster.Server = await FakeApiServer.StartAsync();
        var config = Path.Combine(cluster._folder.FullName, "config");
        await File.WriteAllTextAsync(config, cluster.Server.Kubeconfig(), Cancellation);
        cluster._client = new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(config));
        var anchor = await cluster._client.ConfigMaps(Namespace).CreateAsync(
            new V1ConfigMap { Metadata = new V1ObjectMeta { Name = ObjectNames.Anchor(Run) } }, cancellationToken: Cancellation);
        cluster._anchor = new ObjectReference("v1", "ConfigMap", anchor.Metadata.Name!, anchor.Metadata.Uid!);
        var committing = new CommittingRunner(cluster._channel, outputBytes: 1024, TimeProvider.System);
        cluster.Nodes = await FakeNodePool.StartAsync(
            cluster._client,
            new FakeNodeOptions
            {
                NamespaceName = Namespace,
                Pool = Pool,
                Binds = true,
                Runner = around is null ? committing.RunAsync : (task, token) => around(task, inner => committing.RunAsync(task, inner), token),
            },
            Cancellation);
        return cluster;
    }

    /// <summary>A plan of one task, and of a second one that reads all of its output.</summary>
    public static RunPlan Plan(int instances, RetryBudget? retries = null)
    {
        var make = Task("make", instances, retries);
        var rows = new PlannedOutput("rows", DataFormat.Arrow, true, new PartitioningDescriptor { Kind = PartitioningKind.Unpartitioned, Count = 1 });
        return new RunPlan
        {
            Workflow = "managed",
            Parameters = new Dictionary<string, string>(),
            Tasks =
            [
                make with { Outputs = [rows], CriticalPath = 2 },
                Task("take", 1, retries) with
                {
                    Inputs = [new PlannedInput(new OutputId("make", "rows"), ReadMode.All, DataFormat.Arrow, true)],
                    DependsOn = [0],
                },
            ],
            Results = [],
        };
    }

    /// <summary>Drives a run from where its records are to its end, or to what the observer throws.</summary>
    public async Task<RunResult> DriveAsync(RunPlan plan, IRunObserver observer)
    {
        var descriptors = new DescriptorFactory(plan, Run, [new Uri("http://store.invalid")]);
        var settings = new PodSettings
        {
            RunnerImage = "runner",
            DotnetImage = "dotnet",
            DefaultImage = "image",
            Workflow = plan.Workflow,
            Anchor = _anchor,
            RunSecret = ObjectNames.RunSecret(Run, _anchor.Uid),
        };
        await using var launcher = await KubernetesLauncher.OpenAsync(
            _client,
            new KubernetesLauncherOptions { NamespaceName = Namespace, Run = Run, KeepJobs = KeepJobs },
            new JobFactory(settings, plan.Tasks.ToDictionary(task => task.Name)),
            _anchor,
            _records,
            _ => { },
            TimeProvider.System,
            Cancellation);
        var options = new DriverOptions
        {
            Describe = descriptors.Create,
            Scheduling = new SchedulerOptions { MaxParallel = 1000, InfrastructureRetry = new BackOff(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)) },
        };
        return await RunDriver.RunAsync(plan, Run, _records, launcher, options, observer, Cancellation, Cancellation);
    }

    /// <summary>The Jobs that there are, by the attempt that they are labelled with.</summary>
    public IReadOnlyDictionary<(string Task, int Index, int Attempt), JsonObject> Jobs() => Server.All(JobsPath).ToDictionary(job =>
    {
        var labels = job["metadata"]!["labels"]!;
        return ((string)labels[KubernetesLabels.Task]!, int.Parse((string)labels[KubernetesLabels.Index]!, null), int.Parse((string)labels[KubernetesLabels.Attempt]!, null));
    });

    /// <summary>The pods that there are.</summary>
    public IReadOnlyList<JsonObject> Pods() => Server.All(PodsPath);

    /// <summary>How many requests so far were of a method and ended in a path, without the namespace's; <c>*</c> stands for one name.</summary>
    public int Count(string method, string path) => Server.Requests.Count(request => Is(request, method, path));

    /// <summary>Whether a request is of a method and of a path below the namespace.</summary>
    public static bool Is(FakeRequest request, string method, string path) =>
        !request.IsWatch && request.Method == method && (request.Path.StartsWith(JobsPath, StringComparison.Ordinal) || request.Path.StartsWith(PodsPath, StringComparison.Ordinal))
        && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression("*/" + path, request.Path);

    /// <summary>Whether a Job has a condition.</summary>
    public static bool Has(JsonObject job, string condition) =>
        (job["status"]?["conditions"] as JsonArray)?.Any(found => (string?)found!["type"] == condition && (string?)found["status"] == "True") == true;

    public async ValueTask DisposeAsync()
    {
        await Nodes.DisposeAsync();
        _client.Dispose();
        await Server.DisposeAsync();
        await _records.DisposeAsync();
        await _channel.DisposeAsync();
        await _engine.DisposeAsync();
        await _objects.DisposeAsync();
        await _guard.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static PlannedTask Task(string name, int instances, RetryBudget? retries) => new()
    {
        Name = name,
        Instances = instances,
        Command = ["true"],
        Environment = new Dictionary<string, string>(),
        Inputs = [],
        Outputs = [],
        DependsOn = [],
        Resources = new ResourceLimits(100, 1 << 20),
        Retries = retries ?? new RetryBudget(),
        PodFields = FakeNodePool.PodFields(Pool),
    };
}
