using Executor.Accounting;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Hosting;
using Executor.Metrics;
using Executor.Planning;
using Executor.Scheduling;

namespace Executor.Running;

/// <summary>Opens the backend that a run is asked to use.</summary>
internal delegate Task<IRunBackend> OpenBackend(RunRequest request, CancellationToken cancellationToken);

/// <summary>One <c>executor run</c> driven by this process, from the plan to the exit code.</summary>
internal sealed class RunSession(
    RunRequest request, OpenBackend open, IRunOutput output, TextWriter errors, Interrupts interrupts, TimeProvider time)
{
    /// <summary>Runs a workflow; see <see cref="ExitCodes"/>.</summary>
    public async Task<int> RunAsync(ResolvedWorkflow resolved, string run)
    {
        try
        {
            await using var metrics = request.MetricsListen is { } listen
                ? await RunMetrics.StartAsync(listen, resolved.Plan, run, interrupts.Orderly)
                : null;
            int exitCode;
            await using (var backend = await open(request, interrupts.AtOnce))
            {
                // A store that goes away is waited for, but one that was never there is most likely misspelt.
                var goesOn = await backend.Store.Records.GetAsync(run, RecordKeys.JournalAt(0), interrupts.Orderly) is not null;
                exitCode = await DriveAsync(resolved, run, goesOn, backend, metrics);
            }

            await (metrics?.LingerAsync(request.MetricsLinger, time, interrupts.Orderly) ?? Task.CompletedTask);
            return exitCode;
        }
        catch (Exception exception) when (RunFailures.ExitCodeOf(exception) is { } exitCode)
        {
            await errors.WriteLineAsync($"executor: {exception.Message}");
            return exitCode;
        }
        catch (OperationCanceledException) when (interrupts.ExitCode is { } exitCode)
        {
            return exitCode;
        }
    }

    private async Task<int> DriveAsync(ResolvedWorkflow resolved, string run, bool goesOn, IRunBackend backend, RunMetrics? metrics)
    {
        var plan = resolved.Plan;
        var store = backend.Store;
        var sums = new AttemptSums(plan);
        using var trace = request.TraceFile is { } file ? new TraceWriter(file) : null;
        var started = time.GetTimestamp();
        RunResult result;
        await using (var prepared = await backend.PrepareAsync(resolved, run, output, interrupts.Orderly))
        {
            output.Started(run, plan, prepared.Machine);
            if (metrics is not null && request.MetricsListen is { Port: 0 })
            {
                // Any other port is known to whoever asked for it.
                output.Notice($"metrics at {metrics.Address}metrics");
            }

            using var cancelling = interrupts.Cancel.Register(
                () => output.Notice("cancelling: attempts are asked to end; interrupt again to end them at once"));
            using var leaving = interrupts.Leave.Register(() => output.Notice("leaving: attempts go on, and so does the run with its next driver"));
            var observer = new SessionObserver(output, sums, trace, metrics?.Instruments);
            var options = OptionsOf(resolved, run, store, prepared);
            result = await RunDriver.RunAsync(
                plan, run, store.Records, prepared.Launcher, options, observer, interrupts.Cancel, interrupts.AtOnce, interrupts.Leave);
        }

        // Before the end is told: whoever reads of it and scrapes has seen everything.
        metrics?.End();
        var exitCode = result.End is RunEnd.Cancelled or RunEnd.Left ? interrupts.ExitCode ?? ExitCodes.Interrupted : result.ExitCode;
        var conclusion = new RunConclusion(request, output, interrupts.AtOnce);

        // What earlier executors ran belongs to the run as well.
        await conclusion.ConcludeAsync(plan, run, store, result, goesOn ? null : sums, time.GetElapsedTime(started), exitCode);
        return exitCode;
    }

    private DriverOptions OptionsOf(ResolvedWorkflow resolved, string run, StoreConnection store, PreparedRun prepared)
    {
        var scheduling = new SchedulerOptions
        {
            MaxParallel = Math.Min(request.Parallel ?? prepared.Launcher.Capacity, resolved.Plan.MaxParallelTasks ?? int.MaxValue),
        };
        return new DriverOptions
        {
            Describe = prepared.Descriptors.Create,
            Scheduling = prepared.PendingLimit is { } pending ? scheduling with { PendingLimit = pending } : scheduling,
            Workflow = resolved.Serialize(),
            Resume = request.Resume,
            RunKey = store.RunKeyOf(run),
            Recommender = prepared.Recommender,
            Time = time,
        };
    }
}
