using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Hosting;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;
using Executor.Shuffle.Channel;

namespace Executor.Running.Cluster;

/// <summary>
/// The driver of a submitted run, in its pod. A signal to end leaves the run to the next pod of the driver's Job: attempts go on meanwhile. A run that has
/// come to its end ends the Job, too, however the run ended.
/// </summary>
internal sealed class RunDriverPod(ClusterOptions options, TextWriter output, TextWriter errors, TimeProvider time)
{
    /// <summary>Drives; see <see cref="ExitCodes"/>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="submission">The hash of what the driver is told.</param>
    public async Task<int> RunAsync(string run, string submission)
    {
        using var terminated = new CancellationTokenSource();
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            terminated.Cancel();
        });
        try
        {
            using var cluster = ClusterConnection.Open(options, time);
            var (resolved, told, resume) = await ReadAsync(cluster, run, submission, terminated.Token);
            var request = new RunRequest
            {
                RunId = run,
                Resume = resume,
                Parallel = told.Parallel,
                PendingLimit = told.PendingLimit,
                KeepFiles = told.KeepJobs,
            };
            using var interrupts = Interrupts.None();
            OpenBackend open = (asked, token) => KubernetesBackend.OpenAsync(asked, options, (_, _, _, _) => Task.FromResult(told.Code), time, token);
            var session = new RunSession(request, open, new JsonRunOutput(output), errors, interrupts, time);
            var driving = session.RunAsync(resolved, run);
            if (await Task.WhenAny(driving, Task.Delay(Timeout.InfiniteTimeSpan, time, terminated.Token)) != driving)
            {
                await errors.WriteLineAsync("executor: asked to end; the run is left to the next driver");
                return ExitCodes.Terminated;
            }

            var exitCode = await driving;
            if (exitCode is not (ExitCodes.Succeeded or ExitCodes.InfrastructureUnavailable))
            {
                await EndJobAsync(cluster, run, terminated.Token);
            }

            return exitCode;
        }
        catch (Exception exception) when (RunFailures.ExitCodeOf(exception) is { } exitCode)
        {
            await errors.WriteLineAsync($"executor: {exception.Message}");
            return exitCode;
        }
        catch (OperationCanceledException) when (terminated.IsCancellationRequested)
        {
            return ExitCodes.Terminated;
        }
    }

    private async Task<(ResolvedWorkflow Resolved, Submission Submission, bool Resume)> ReadAsync(
        ClusterConnection cluster, string run, string submission, CancellationToken cancellationToken)
    {
        await using var store = await ClusterStore.ConnectAsync(cluster, options, cancellationToken);
        var told = await ReadSubmissionAsync(store.Records, run, submission, cancellationToken);
        var resolved = ResolvedWorkflow.Deserialize((await BlobAsync(store.Records, run, told.Workflow, cancellationToken)).Span);
        var status = await RunStatusReader.ReadAsync(store.Records, run, resolved.Plan, cancellationToken);
        return (resolved, told, told.Resumes(status));
    }

    private static async Task<Submission> ReadSubmissionAsync(
        IRunRecords records, string run, string submission, CancellationToken cancellationToken)
    {
        try
        {
            return Submission.Deserialize((await BlobAsync(records, run, submission, cancellationToken)).Span);
        }
        catch (JsonException e)
        {
            throw new ClusterException($"this executor cannot read what another version has submitted for run {run}: {e.Message}", e);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> BlobAsync(IRunRecords records, string run, string hash, CancellationToken cancellationToken) =>
        await records.GetAsync(run, RecordKeys.Blob(hash), cancellationToken)
        ?? throw new ShuffleException(ShuffleError.NotFound, $"run {run} has no record {RecordKeys.Blob(hash)}: was the store emptied?");

    /// <summary>The Job controller would replace a pod that failed; a run that has failed for good needs no other driver.</summary>
    private async Task EndJobAsync(ClusterConnection cluster, string run, CancellationToken cancellationToken)
    {
        var patch = new V1Patch(new JsonObject { ["spec"] = new JsonObject { ["backoffLimit"] = 0 } }, V1Patch.PatchType.MergePatch);
        try
        {
            await cluster.Client.Jobs(cluster.NamespaceName).PatchAsync(patch, ObjectNames.Driver(run), cancellationToken: cancellationToken);
        }
        catch (KubernetesException failure)
        {
            await errors.WriteLineAsync($"executor: the driver's Job could not be told that the run has ended: {failure.Message}");
        }
    }
}
