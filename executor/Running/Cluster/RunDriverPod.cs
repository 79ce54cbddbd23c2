using System.Net;
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
/// The driver of a submitted run, in its pod. A signal to end leaves the run, and gives its lease back, to the next pod of the driver's Job: attempts go on
/// meanwhile. A run that has
/// come to its end ends the Job, too, however the run ended.
/// </summary>
internal sealed class RunDriverPod(
    ClusterOptions options, IPEndPoint? metricsListen, TimeSpan metricsLinger, TextWriter output, TextWriter errors, TimeProvider time)
{
    // A pod has 30 s by default; Jobs whose outcomes are stored and the lease take a moment of them.
    private static readonly TimeSpan TimeToLeave = TimeSpan.FromSeconds(20);

    /// <summary>Drives; see <see cref="ExitCodes"/>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="submission">The hash of what the driver is told.</param>
    public async Task<int> RunAsync(string run, string submission)
    {
        using var interrupts = Interrupts.Listen(new Termination { LeavesAttempts = true, Within = TimeToLeave }, time);
        try
        {
            using var cluster = ClusterConnection.Open(options, time);
            var (resolved, told, resume) = await ReadAsync(cluster, run, submission, interrupts.Orderly);
            var request = new RunRequest
            {
                RunId = run,
                Resume = resume,
                Parallel = told.Parallel,
                PendingLimit = told.PendingLimit,
                KeepFiles = told.KeepJobs,
                MetricsListen = metricsListen,
                MetricsLinger = metricsLinger,
            };
            OpenBackend open = (asked, token) => KubernetesBackend.OpenAsync(asked, options, (_, _, _, _) => Task.FromResult(told.Code), time, token);
            var session = new RunSession(request, open, new JsonRunOutput(output), errors, interrupts, time);
            var driving = session.RunAsync(resolved, run);

            // A store that is out of reach may hold the driver up for longer than the pod has.
            var left = Task.Delay(Timeout.InfiniteTimeSpan, time, interrupts.AtOnce);
            if (await Task.WhenAny(driving, left) != driving)
            {
                await errors.WriteLineAsync("executor: out of time to leave the run in order; it is left to the next driver as it is");
                return ExitCodes.Terminated;
            }

            var exitCode = await driving;
            if (interrupts.ExitCode is null && exitCode is not (ExitCodes.Succeeded or ExitCodes.InfrastructureUnavailable))
            {
                await EndJobAsync(cluster, run, interrupts.Orderly);
            }

            return exitCode;
        }
        catch (Exception exception) when (RunFailures.ExitCodeOf(exception) is { } exitCode)
        {
            await errors.WriteLineAsync($"executor: {exception.Message}");
            return exitCode;
        }
        catch (OperationCanceledException) when (interrupts.ExitCode is not null)
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
