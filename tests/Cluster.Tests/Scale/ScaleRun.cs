using System.Collections.Concurrent;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Driving;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Kubernetes.FakeNodes;

namespace Cluster.Tests.Scale;

/// <summary>
/// A run on a real cluster by the real driver, in this process, on fake nodes whose pods commit to a store in this process: the API server, the scheduler
/// and the Job controller are the cluster's.
/// </summary>
internal sealed class ScaleRun : IRunObserver, IAsyncDisposable
{
    private const string Run = "scale";
    private readonly TestNamespace _place;
    private readonly KubernetesClient _client;
    private readonly MemoryObjectStore _objects = new();
    private readonly ShuffleEngine _engine;
    private readonly InProcessShuffleChannel _channel;
    private readonly InProcessRunRecords _records;

    private ScaleRun(RealCluster cluster, TestNamespace place)
    {
        _place = place;
        _client = new KubernetesClient(cluster.NewConfiguration(), new KubernetesClientOptions { WrapHandler = Requests.Around });
        _engine = new ShuffleEngine(_objects);
        _channel = new InProcessShuffleChannel(_engine);
        _records = new InProcessRunRecords(_engine);
    }

    /// <summary>The nodes.</summary>
    public FakeNodePool Nodes { get; private set; } = null!;

    /// <summary>What the executor asked of the API server; the nodes' requests do not count.</summary>
    public RequestCounter Requests { get; } = new();

    /// <summary>What people were told.</summary>
    public ConcurrentQueue<string> Notices { get; } = new();

    /// <summary>The attempts that have ended.</summary>
    public ConcurrentQueue<AttemptRow> Attempts { get; } = new();

    /// <summary>Makes the nodes, under names that no other test has.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="place">The test's namespace.</param>
    /// <param name="around">What runs in a pod, given what would run there without it, which commits.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ScaleRun> StartAsync(
        RealCluster cluster,
        TestNamespace place,
        Func<FakeTask, Func<CancellationToken, Task<FakeExit>>, CancellationToken, Task<FakeExit>> around,
        CancellationToken cancellationToken)
    {
        var run = new ScaleRun(cluster, place);
        var committing = new CommittingRunner(run._channel, outputBytes: 10_000, TimeProvider.System);
        run.Nodes = await FakeNodePool.StartAsync(
            cluster.Client,
            new FakeNodeOptions
            {
                NamespaceName = place.Name,
                Pool = place.Name,
                Runner = (task, token) => around(task, inner => committing.RunAsync(task, inner), token),
            },
            cancellationToken);
        return run;
    }

    /// <summary>Drives a task of so many instances, and one that reads all of their output, to the end.</summary>
    /// <param name="instances">How many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="pending">How long what is waited for; as in the product if null.</param>
    public async Task<RunResult> DriveAsync(int instances, CancellationToken cancellationToken, PendingRules? pending = null)
    {
        var plan = Plan(instances);
        var anchor = await _client.ConfigMaps(_place.Name).CreateAsync(
            new V1ConfigMap { Metadata = new V1ObjectMeta { Name = ObjectNames.Anchor(Run) } }, cancellationToken: cancellationToken);
        var reference = new ObjectReference("v1", "ConfigMap", anchor.Metadata.Name!, anchor.Metadata.Uid!);
        var settings = new PodSettings
        {
            RunnerImage = "runner",
            DotnetImage = "dotnet",
            DefaultImage = "image",
            Workflow = plan.Workflow,
            Anchor = reference,
            RunSecret = ObjectNames.RunSecret(Run, reference.Uid),
        };
        await using var launcher = await KubernetesLauncher.OpenAsync(
            _client,
            new KubernetesLauncherOptions { NamespaceName = _place.Name, Run = Run, Pending = pending ?? new PendingRules() },
            new JobFactory(settings, plan.Tasks.ToDictionary(task => task.Name)),
            reference,
            _records,
            Notice,
            TimeProvider.System,
            cancellationToken);
        var options = new DriverOptions
        {
            Describe = new DescriptorFactory(plan, Run, [new Uri("http://store.invalid")]).Create,
            Scheduling = new SchedulerOptions { MaxParallel = int.MaxValue, PendingLimit = 200 },
        };
        return await RunDriver.RunAsync(plan, Run, _records, launcher, options, this, cancellationToken, cancellationToken);
    }

    public void Progress(RunProgress progress)
    {
    }

    public void AttemptEnded(AttemptRow attempt) => Attempts.Enqueue(attempt);

    public void Notice(string message)
    {
        Notices.Enqueue(message);
        TestContext.Current.SendDiagnosticMessage(message);
    }

    public async ValueTask DisposeAsync()
    {
        await Nodes.DisposeAsync();
        _client.Dispose();
        await _records.DisposeAsync();
        await _channel.DisposeAsync();
        await _engine.DisposeAsync();
        await _objects.DisposeAsync();
    }

    private RunPlan Plan(int instances)
    {
        var rows = new PlannedOutput("rows", DataFormat.Arrow, true, new PartitioningDescriptor { Kind = PartitioningKind.Unpartitioned, Count = 1 });
        return new RunPlan
        {
            Workflow = "scale",
            Parameters = new Dictionary<string, string>(),
            Tasks =
            [
                PlannedTask("make", instances) with { Outputs = [rows], CriticalPath = 2 },
                PlannedTask("take", 1) with
                {
                    Inputs = [new PlannedInput(new OutputId("make", "rows"), ReadMode.All, DataFormat.Arrow, true)],
                    DependsOn = [0],
                },
            ],
            Results = [],
        };
    }

    private PlannedTask PlannedTask(string name, int instances) => new()
    {
        Name = name,
        Instances = instances,
        Command = ["true"],
        Environment = new Dictionary<string, string>(),
        Inputs = [],
        Outputs = [],
        DependsOn = [],
        Resources = new ResourceLimits(100, 64 << 20),
        Retries = new RetryBudget(Task: 0),
        PodFields = FakeNodePool.PodFields(_place.Name),
    };
}
