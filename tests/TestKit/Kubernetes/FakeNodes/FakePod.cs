using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.TestKit.Kubernetes.FakeNodes;

/// <summary>One pod on a fake node, from when its node has seen it to its end.</summary>
internal sealed class FakePod : IDisposable
{
    private const string TaskContainer = "task";
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    private readonly PodClient _pods;
    private readonly FakeNodeOptions _options;
    private readonly V1Pod _pod;
    private readonly CancellationTokenSource _ending = new();

    /// <summary>A pod in which nothing runs before <see cref="Start"/>.</summary>
    public FakePod(PodClient pods, FakeNodeOptions options, V1Pod pod)
    {
        _pods = pods;
        _options = options;
        _pod = pod;
        Life = Task.CompletedTask;
    }

    /// <summary>The node.</summary>
    public string Node => _pod.Spec!.NodeName!;

    /// <summary>Ends when nothing more will be done about the pod.</summary>
    public Task Life { get; private set; }

    /// <summary>Lets it live.</summary>
    public void Start() => Life = Task.Run(LiveAsync);

    /// <summary>Ends what runs in it, and says nothing of it to anyone.</summary>
    public void Kill() => _ending.Cancel();

    /// <summary>Ends what runs in it, then tells the server that it is gone.</summary>
    public async Task DeleteAsync()
    {
        Kill();
        await Life;
        try
        {
            await _pods.DeleteAsync(
                _pod.Metadata.Name!, new V1DeleteOptions { GracePeriodSeconds = 0, Preconditions = new V1Preconditions { Uid = _pod.Metadata.Uid } });
        }
        catch (KubernetesException)
        {
            // Somebody was quicker; or the server is away, and shows the pod again when it is back.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ending.Dispose();

    private async Task LiveAsync()
    {
        try
        {
            var started = PodStatuses.Time(_options.TimeProvider);
            await ReportAsync(PodStatuses.Running(_pod, started));
            var task = new FakeTask(Descriptor(), _pod.Metadata.Uid!, Node);
            var exit = await RunAsync(task);
            var patch = PodStatuses.Ended(_pod, exit, started, PodStatuses.Time(_options.TimeProvider));
            _options.OnEnding(task, _options.TimeProvider.GetTimestamp());
            await ReportAsync(patch);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // Deleted, or its node is lost.
        }
        catch (KubernetesException failure) when (failure.IsNotFound || failure.IsConflict)
        {
            // Deleted by force.
        }
    }

    /// <summary>Says how the pod stands until the server has heard it, as a kubelet does.</summary>
    private async Task ReportAsync(V1Patch patch)
    {
        while (true)
        {
            try
            {
                await _pods.PatchStatusAsync(patch, _pod.Metadata.Name!, cancellationToken: _ending.Token);
                return;
            }
            catch (KubernetesException failure) when (!failure.IsNotFound && !failure.IsConflict)
            {
                await Task.Delay(failure.RetryAfter ?? RetryPause, _options.TimeProvider, _ending.Token);
            }
        }
    }

    private async Task<FakeExit> RunAsync(FakeTask task)
    {
        try
        {
            return await _options.Runner(task, _ending.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !_ending.IsCancellationRequested)
        {
            return new FakeExit(1, CommittingRunner.Report(task, AttemptPhase.Failed) with { Failure = AttemptFailure.Body, ExitCode = 1, Error = failure.Message });
        }
    }

    private TaskDescriptor Descriptor()
    {
        var inline = _pod.Spec!.Containers!.First(container => container.Name == TaskContainer).Env!
            .FirstOrDefault(variable => variable.Name == EnvironmentNames.Descriptor)?.Value
            ?? throw new InvalidOperationException($"pod {_pod.Metadata.Name} has no {EnvironmentNames.Descriptor}: fake nodes take descriptors that are in the Job");

        // The kubelet's expansion: $$ stands for one $.
        return JsonSerializer.Deserialize(inline.Replace("$$(", "$(", StringComparison.Ordinal), ContractsJson.Default.TaskDescriptor)!;
    }
}
