using System.Security.Cryptography;
using Executor.Journaling;
using Executor.Launching;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>Drives a run from where its records are to its end.</summary>
internal static class RunDriver
{
    /// <summary>
    /// Begins a run, or goes on with one that was interrupted, or, where options say so, with one that failed or was cancelled. A run that
    /// has ended and is not to be resumed is reported as it ended, and nothing is written.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="runId">The run's id.</param>
    /// <param name="records">Where the run's records are.</param>
    /// <param name="launcher">Runs attempts. Its observations are read here alone; it stays the caller's to dispose of.</param>
    /// <param name="options">How to drive.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancel">Cancels the run: attempts are asked to end, and waited for.</param>
    /// <param name="cancelNow">Cancels the run without waiting; while the store is out of reach it ends the driver.</param>
    /// <param name="leave">Ends the driver and leaves the run as it is: attempts go on, and another driver adopts them.</param>
    /// <exception cref="RunConflictException">The run was begun with another workflow and is not to be resumed.</exception>
    /// <exception cref="JournalException">The run's journal is damaged.</exception>
    /// <exception cref="ShuffleException">The store refuses for a reason that waiting does not mend.</exception>
    public static async Task<RunResult> RunAsync(
        RunPlan plan,
        string runId,
        IRunRecords records,
        ILauncher launcher,
        DriverOptions options,
        IRunObserver observer,
        CancellationToken cancel,
        CancellationToken cancelNow,
        CancellationToken leave = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(observer);
        ArgumentNullException.ThrowIfNull(launcher);
        var graph = new TaskGraph(plan);
        var state = new RunState(graph);
        var report = new RunReport(runId, graph, observer, options);
        var patience = new StorePatience(options.StorePatience, options.StoreRetry, options.Time, report.Notice);
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var journal = new Journal(records, runId, graph, nonce, report.Replayed);
        try
        {
            await patience.CallAsync("read the journal", token => journal.ReadToEndAsync(state, token), cancelNow);
            if (state.Finished is { } finished && !options.Resume)
            {
                return report.Finish(finished, state);
            }

            while (!await patience.CallAsync("open the journal", token => journal.TryOpenAsync(options.Time.GetUtcNow(), token), cancelNow))
            {
                await patience.CallAsync("read the journal", token => journal.ReadToEndAsync(state, token), cancelNow);
            }

            await using var loop = new DriverLoop(runId, records, launcher, options, journal, patience, report);
            return await loop.RunAsync(state, cancel, cancelNow, leave);
        }
        catch (FencedException fenced)
        {
            return report.Stop(RunEnd.Fenced, fenced.Message, state);
        }
        catch (StoreGoneException gone)
        {
            return report.Stop(RunEnd.StoreUnavailable, gone.Message, state);
        }
        catch (RunLeftException)
        {
            return report.Stop(RunEnd.Left, "asked to end, and to leave what runs", state);
        }
        catch (OperationCanceledException) when (cancelNow.IsCancellationRequested)
        {
            return report.Stop(RunEnd.StoreUnavailable, "interrupted before the run had ended; it can be continued", state);
        }
    }
}
