using Executor.Cluster;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Hosting;
using Executor.Planning;

namespace Executor.Running.Cluster;

/// <summary>Watches a run that its driver drives in the cluster, and shows at the end what it came to, from the run's records.</summary>
internal sealed class RunAttachment(
    RunRequest request, ClusterConnection cluster, StoreConnection store, IRunOutput output, Interrupts interrupts, TimeProvider time)
{
    /// <summary>Follows the run to its end.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="run">Its id.</param>
    /// <param name="started">When it was submitted, by a command that has followed it since; null where its own records say how long it took.</param>
    /// <returns>The exit code; 130 or 143 if the following was interrupted, which leaves the run alone.</returns>
    public async Task<int> FollowAsync(RunPlan plan, string run, long? started)
    {
        var follower = new RunFollower(cluster, run, output, time);
        try
        {
            await follower.FollowAsync(interrupts.Orderly);
        }
        catch (OperationCanceledException) when (interrupts.ExitCode is { } interrupted)
        {
            output.Notice($"left run {run} alone, it goes on: `executor attach {run}` follows it again, `executor cancel {run}` ends it");
            return interrupted;
        }

        var status = await RunStatusReader.ReadAsync(store.Records, run, plan, interrupts.AtOnce);
        var result = status?.Result
            ?? throw new ClusterException($"the driver of run {run} has ended and the run has not; go on with `executor run ... --run-id {run}`");
        result = await KeptLogTails.AddAsync(result, store.Records, interrupts.AtOnce);
        var exitCode = result.End == RunEnd.Cancelled ? ExitCodes.Interrupted : result.ExitCode;
        var conclusion = new RunConclusion(request, output, interrupts.AtOnce);
        var elapsed = started is { } submitted ? time.GetElapsedTime(submitted) : status.LastEntry - status.Begun;
        await conclusion.ConcludeAsync(plan, run, store, follower.Complete(result), sums: null, elapsed, exitCode);
        return exitCode;
    }
}
