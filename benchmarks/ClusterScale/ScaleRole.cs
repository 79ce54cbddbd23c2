using System.Diagnostics;
using System.Text.Json;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Contracts.Identity;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;

namespace Executor.Benchmarks.ClusterScale;

/// <summary>One measured run by the executor, in a process of its own, so that its peak memory is its own.</summary>
internal static class ScaleRole
{
    /// <summary>The first argument of the process.</summary>
    internal const string Name = "cluster-scale-run";

    private const int LoopWidth = 256;

    // As in the executor's image: the budget of the youngest generation follows the processor's cache otherwise, which may be larger than all that is needed.
    private const string YoungestGeneration = "DOTNET_GCgen0size=0x800000";

    // What the image allows the heap in a pod of 256 MiB: two fifths of it.
    private const string Heap = "DOTNET_GCHeapHardLimit=0x6666666";

    /// <summary>Starts the process and waits for its figures.</summary>
    internal static async Task<ScaleFigures> MeasureAsync(ScaleCluster cluster, StoreProcess store, params string[] arguments)
    {
        var cost = await Command.RunAsync(
            "env",
            [
                YoungestGeneration,

                // Creations are told of one by one, many more of them than a run has under way; what they cost in memory is not the question.
                .. arguments.Contains("--creates") ? Array.Empty<string>() : [Heap],
                Programs.Self,
                Name,
                "--kubeconfig", cluster.Kubeconfig,
                "--namespace", cluster.NamespaceName,
                "--store", store.Address.ToString(),
                "--key", store.Key,
                .. arguments,
            ]);
        Console.Error.Write(cost.Error);
        return JsonSerializer.Deserialize<ScaleFigures>(cost.Output)!;
    }

    internal static async Task RunAsync(Options options)
    {
        var run = options.Text("run")!;
        var instances = options.Count("instances", 1);
        var chain = options.Text("chain");
        var length = options.Count("length", 1);
        var pending = options.Count("pending", 50);
        var creates = options.Text("creates");
        await using var driver = new ScaleDriver(
            options.Text("kubeconfig")!, options.Text("namespace")!, new Uri(options.Text("store")!), options.Text("key")!);
        options.RejectOthers();
        driver.Requests.LetsLie = creates is not null;
        var watch = Stopwatch.StartNew();
        if (creates == "loop")
        {
            await LoopAsync(driver, ScalePlans.Wide(instances), run, instances);
        }
        else
        {
            var plan = chain is not null ? ScalePlans.Chain(chain, length) : ScalePlans.Wide(instances);
            await driver.DriveAsync(plan, run, pending, creates is null ? null : instances);
        }

        Console.WriteLine(JsonSerializer.Serialize(new ScaleFigures
        {
            Seconds = watch.Elapsed.TotalSeconds,
            PeakBytes = ProcessMemory.PeakBytes(),
            CpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,
            Failed = driver.Failed,
            Requests = new(driver.Requests.Counts),
            JobSent = driver.Requests.Jobs.ToDictionary(job => job.Key, job => job.Value.Sent),
            JobAnswered = driver.Requests.Jobs.ToDictionary(job => job.Key, job => job.Value.Answered),
            LaunchAnswered = [.. driver.Requests.Launches.Values.Select(launch => launch.Answered).Order()],
            CpuAnswered = [.. driver.Requests.Launches.Values.Select(launch => launch.Cpu.TotalMilliseconds).Order()],
            EndSeen = driver.EndSeen,
            Ended = new(driver.Ended),
        }));
        if (creates is not null)
        {
            var selection = new ListOptions { LabelSelector = $"{KubernetesLabels.Run}={run}" };
            await driver.Jobs.DeleteCollectionAsync(selection, new V1DeleteOptions { PropagationPolicy = V1DeleteOptions.Background });
        }
    }

    /// <summary>
    /// Nothing but POSTs of the very bodies that the executor would send, made beforehand but for a pod's owner, which the server names first; so many at a time as the executor
    /// has at most.
    /// </summary>
    private static async Task LoopAsync(ScaleDriver driver, RunPlan plan, string run, int instances)
    {
        var (_, factory) = await driver.PrepareAsync(plan, run);
        var descriptors = new DescriptorFactory(plan, run, [new Uri("http://executor-store:7411")]);
        var jobs = new (AttemptId Attempt, AttemptJob Job)[instances];
        for (var index = 0; index < instances; index++)
        {
            var descriptor = descriptors.Create(0, index, 0, 1, []);
            jobs[index] = (descriptor.Attempt, factory.Write(descriptor, JobFactory.Encode(descriptor), isStored: false, []));
        }

        await Parallel.ForEachAsync(jobs, new ParallelOptions { MaxDegreeOfParallelism = LoopWidth }, async (next, token) =>
        {
            LaunchRequests.Launching.Value = next.Attempt;
            var created = await driver.Jobs.CreateAsync(next.Job.Body, cancellationToken: token);
            if (created.Spec?.ManagedBy == KubernetesLabels.JobController)
            {
                await driver.Pods.CreateAsync(next.Job.PodBody(created.Metadata.Uid!), cancellationToken: token);
            }
        });
    }
}

/// <summary>What a measured run came to. Times are of the monotonic clock.</summary>
internal sealed record ScaleFigures
{
    /// <summary>From the start of the run to its end, processes' start-up left out.</summary>
    public double Seconds { get; init; }

    /// <summary>The largest resident set.</summary>
    public long PeakBytes { get; init; }

    /// <summary>Processor time of the executor's process.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>Attempts that failed.</summary>
    public int Failed { get; init; }

    /// <summary>Requests by verb and kind.</summary>
    public Dictionary<string, int> Requests { get; init; } = [];

    /// <summary>When the Job of an attempt was sent.</summary>
    public Dictionary<string, long> JobSent { get; init; } = [];

    /// <summary>When its creation was answered.</summary>
    public Dictionary<string, long> JobAnswered { get; init; } = [];

    /// <summary>When the last creation for each attempt was answered, ascending.</summary>
    public long[] LaunchAnswered { get; init; } = [];

    /// <summary>How many milliseconds of processor time the executor's process had used by then, ascending.</summary>
    public double[] CpuAnswered { get; init; } = [];

    /// <summary>When the watch had shown the attempt's end.</summary>
    public Dictionary<string, long> EndSeen { get; init; } = [];

    /// <summary>When the attempt's end was settled.</summary>
    public Dictionary<string, long> Ended { get; init; } = [];

    /// <summary>Attempts a second for which everything was created. The first third is left out: code that runs for the first time is compiled first.</summary>
    public double LaunchesPerSecond()
    {
        var first = LaunchAnswered.Length / 3;
        return (LaunchAnswered.Length - 1 - first) / Stopwatch.GetElapsedTime(LaunchAnswered[first], LaunchAnswered[^1]).TotalSeconds;
    }

    /// <summary>Milliseconds of the process's processor time an attempt, of the same attempts as <see cref="LaunchesPerSecond"/>.</summary>
    public double CpuPerLaunch()
    {
        var first = CpuAnswered.Length / 3;
        return (CpuAnswered[^1] - CpuAnswered[first]) / (CpuAnswered.Length - 1 - first);
    }
}
