using Executor.Accounting;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Hosting;
using Executor.Planning;
using Executor.Results;
using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Running;

/// <summary>Opens the backend that a run is asked to use.</summary>
internal delegate Task<IRunBackend> OpenBackend(RunRequest request, CancellationToken cancellationToken);

/// <summary>One <c>executor run</c> driven by this process, from the workflow file to the exit code.</summary>
internal sealed class RunSession(
    RunRequest request, OpenBackend open, IRunOutput output, TextWriter errors, Interrupts interrupts, TimeProvider time)
{
    /// <summary>Runs it; see <see cref="ExitCodes"/>.</summary>
    public async Task<int> RunAsync()
    {
        var planning = WorkflowPlanner.Plan(request.File, request.Parameters);
        if (planning.Resolved is not { } resolved)
        {
            foreach (var line in planning.Errors)
            {
                await errors.WriteLineAsync(line);
            }

            return ExitCodes.InvalidInput;
        }

        return await RunAsync(resolved, request.RunId ?? RunNames.Make(resolved.Plan.Workflow, time));
    }

    /// <summary>Runs a workflow that was planned before.</summary>
    public async Task<int> RunAsync(ResolvedWorkflow resolved, string run)
    {
        try
        {
            await using var backend = await open(request, interrupts.AtOnce);

            // A store that goes away is waited for, but one that was never there is most likely misspelt.
            var goesOn = await backend.Store.Records.GetAsync(run, RecordKeys.JournalAt(0), interrupts.Orderly) is not null;
            return await DriveAsync(resolved, run, goesOn, backend);
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

    private async Task<int> DriveAsync(ResolvedWorkflow resolved, string run, bool goesOn, IRunBackend backend)
    {
        var plan = resolved.Plan;
        var store = backend.Store;
        var accounts = new RunAccounts(plan);
        using var trace = request.TraceFile is { } file ? new TraceWriter(file) : null;
        var started = time.GetTimestamp();
        RunResult result;
        await using (var prepared = await backend.PrepareAsync(resolved, run, output, interrupts.Orderly))
        {
            output.Started(run, plan, prepared.Machine);
            using var interrupted = interrupts.Orderly.Register(
                () => output.Notice("cancelling: attempts are asked to end; interrupt again to end them at once"));
            var observer = new SessionObserver(output, plan, accounts, trace);
            var options = OptionsOf(resolved, run, store, prepared);
            result = await RunDriver.RunAsync(
                plan, run, store.Records, prepared.Launcher, options, observer, interrupts.Orderly, interrupts.AtOnce);
        }

        if (result.End == RunEnd.Succeeded)
        {
            await ShowResultsAsync(plan, run, store, result);
        }

        if (goesOn && result.End is (RunEnd.Succeeded or RunEnd.Failed))
        {
            // What earlier executors ran belongs to the run as well.
            accounts = await RunAccounts.ReadAsync(store.Records, run, plan, trace: null, interrupts.AtOnce);
        }

        var exitCode = result.End == RunEnd.Cancelled ? interrupts.ExitCode ?? ExitCodes.Interrupted : result.ExitCode;
        output.Finished(run, result, accounts, time.GetElapsedTime(started), exitCode);
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
            Describe = (task, index, generation, attempt, seals) => prepared.Descriptors.Create(task, index, generation, attempt, seals),
            Scheduling = prepared.PendingLimit is { } pending ? scheduling with { PendingLimit = pending } : scheduling,
            Workflow = resolved.Serialize(),
            Resume = request.RunId is not null,
            RunKey = store.RunKeyOf(run),
            Time = time,
        };
    }

    private async Task ShowResultsAsync(RunPlan plan, string run, StoreConnection store, RunResult result)
    {
        foreach (var (task, ordinal) in plan.Tasks.Select((task, ordinal) => (task, ordinal)))
        {
            foreach (var planned in task.Outputs)
            {
                var seal = new SealId(run, new OutputId(task.Name, planned.Name), result.SealGenerations[ordinal]);
                var record = await store.Channel.GetSealAsync(seal, interrupts.AtOnce)
                    ?? throw new ShuffleException(ShuffleError.NotFound, $"run {run} succeeded, but the seal of {seal.Output} is gone");
                var isResult = plan.Results.Contains(seal.Output);
                output.Output(record, isResult);
                if (isResult)
                {
                    await output.ResultAsync(store.Channel, seal, record, interrupts.AtOnce);
                    await ExportAsync(store, seal, record);
                }
            }
        }
    }

    private async Task ExportAsync(StoreConnection store, SealId seal, Contracts.Records.SealRecord record)
    {
        if (request.ResultsDirectory is not { } directory)
        {
            return;
        }

        foreach (var format in request.ResultFormats)
        {
            output.Written(seal.Output, await ResultExporter.ExportAsync(store.Channel, seal, record, directory, format, interrupts.AtOnce));
        }
    }
}
