using System.Net;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;
using Executor.Sizing;

namespace Executor.Cluster.TaskClasses;

/// <summary>
/// Keeps a <see cref="TaskClass"/> up to date for every class that is to be sized by VPA, and knows what the namespace's VPAs last said of each. Drivers of several
/// runs may do so beside each other: all of them write the same. What cannot be read or written makes no run fail: there is no recommendation then, and its
/// reason says why. Thread-safe.
/// </summary>
internal sealed class ClassRecommendations : IClassRecommender, IAsyncDisposable
{
    /// <summary>How often the objects are looked at; a recommender thinks once a minute.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    // Whatever the server's cache has will do, which spares its database a read.
    private const string AnyVersion = "0";

    private readonly GenericClient<TaskClass> _classes;
    private readonly GenericClient<VerticalPodAutoscaler> _autoscalers;
    private readonly PodClient _pods;
    private readonly IReadOnlyDictionary<string, ClassSelection> _tasks;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending = new();
    private volatile IReadOnlyDictionary<string, ClassRecommendation> _known = new Dictionary<string, ClassRecommendation>();
    private Task _watching = Task.CompletedTask;

    private ClassRecommendations(KubernetesClient client, string namespaceName, IReadOnlyDictionary<string, ClassSelection> tasks, TimeProvider time)
    {
        _classes = client.Resource(TaskClassResources.TaskClasses, namespaceName);
        _autoscalers = client.Resource(TaskClassResources.Autoscalers, namespaceName);
        _pods = client.Pods(namespaceName);
        (_tasks, _time) = (tasks, time);
    }

    /// <summary>Makes what is missing, reads what there is, and goes on doing so until it is disposed of.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="workflow">The workflow's name.</param>
    /// <param name="tasks">The tasks that are to be sized by VPA.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the first round.</param>
    public static async Task<ClassRecommendations> StartAsync(
        KubernetesClient client, string namespaceName, string workflow, IEnumerable<PlannedTask> tasks, TimeProvider time, CancellationToken cancellationToken)
    {
        var recommendations = new ClassRecommendations(
            client, namespaceName, tasks.ToDictionary(task => task.Name, task => ClassSelection.Of(workflow, task), StringComparer.Ordinal), time);

        // The first attempts are launched right after.
        await recommendations.LookAsync(cancellationToken);
        recommendations._watching = recommendations.WatchAsync(recommendations._ending.Token);
        return recommendations;
    }

    /// <inheritdoc/>
    public ClassRecommendation Of(string task) => !_tasks.TryGetValue(task, out var selection)
        ? new ClassRecommendation(null, null, $"{task} is not sized by VPA")
        : _known.GetValueOrDefault(selection.ObjectName) ?? new ClassRecommendation(null, null, "its VPA was not read yet");

    /// <summary>Looks once: brings every <see cref="TaskClass"/> up to date, then reads the VPAs.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var selections = _tasks.Values.Distinct().ToList();
        var refused = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var selection in selections)
        {
            if (await TryAsync(() => BringUpToDateAsync(selection, cancellationToken), $"TaskClass {selection.ObjectName}", cancellationToken) is { } why)
            {
                refused[selection.ObjectName] = why;
            }
        }

        IEnumerable<VerticalPodAutoscaler> autoscalers = [];
        var unread = await TryAsync(
            async () => autoscalers = (await _autoscalers.ListAllAsync(new ListOptions { ResourceVersion = AnyVersion }, cancellationToken)).Items, "the namespace's VPAs", cancellationToken);
        var before = _known;
        _known = selections.ToDictionary(
            selection => selection.ObjectName,
            selection => (unread ?? refused.GetValueOrDefault(selection.ObjectName)) is not { } why
                ? VpaReading.Recommendation(selection.ObjectName, PodFactory.TaskContainer, autoscalers)

                // What a VPA said a while ago is better than nothing.
                : before.GetValueOrDefault(selection.ObjectName) is { MemoryBytes: not null } or { CpuMillicores: not null } ? before[selection.ObjectName]
                : new ClassRecommendation(null, null, why),
            StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private static async Task<string?> TryAsync(Func<Task> action, string what, CancellationToken cancellationToken)
    {
        try
        {
            await action();
            return null;
        }
        catch (KubernetesException refusal) when (refusal.StatusCode == HttpStatusCode.NotFound)
        {
            return $"{what}: the cluster does not have the kind";
        }
        catch (Exception failure) when (failure is KubernetesException or KubeConfigException or IOException && !cancellationToken.IsCancellationRequested)
        {
            return $"{what}: {failure.Message}";
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Interval, _time, cancellationToken);
            await LookAsync(cancellationToken);
        }
    }

    private async Task BringUpToDateAsync(ClassSelection selection, CancellationToken cancellationToken)
    {
        var standing = await EnsureAsync(selection, cancellationToken);
        var pods = await _pods.ListAsync(new ListOptions { LabelSelector = selection.Selector, ResourceVersion = AnyVersion }, cancellationToken);
        var replicas = pods.Items.Count(pod => pod.Status?.Phase is not ("Succeeded" or "Failed"));
        if (standing.Status?.Selector != selection.Selector || standing.Status.Replicas != replicas)
        {
            var status = new JsonObject { ["status"] = new JsonObject { ["replicas"] = replicas, ["selector"] = selection.Selector } };
            await _classes.PatchStatusAsync(new V1Patch(status, V1Patch.PatchType.MergePatch), selection.ObjectName, cancellationToken: cancellationToken);
        }
    }

    private async Task<TaskClass> EnsureAsync(ClassSelection selection, CancellationToken cancellationToken)
    {
        try
        {
            return await _classes.ReadAsync(selection.ObjectName, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            try
            {
                return await _classes.CreateAsync(selection.Manifest(), cancellationToken: cancellationToken);
            }
            catch (KubernetesException taken) when (taken.IsAlreadyExists)
            {
                return await _classes.ReadAsync(selection.ObjectName, cancellationToken);
            }
        }
    }
}
