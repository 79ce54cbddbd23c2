using Executor.Accounting;
using Executor.Building;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Hosting;
using Executor.Journaling;
using Executor.Launching.Local;
using Executor.Planning;
using Executor.Results;
using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Running;

/// <summary>One <c>executor run</c> on this machine, from the workflow file to the exit code.</summary>
internal sealed class RunSession(RunRequest request, IRunOutput output, TextWriter errors, Interrupts interrupts, TimeProvider time)
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

        var run = request.RunId ?? RunNames.Make(resolved.Plan.Workflow, time);
        try
        {
            var state = StateDirectory.Open(request.State);
            using var builder = new DotnetTaskBuilder(state.Root);
            var assemblies = await BuildAsync(resolved.Plan, builder);
            await using var store = await StoreConnection.OpenAsync(request.Store, state, interrupts.AtOnce);

            // A store that goes away is waited for, but one that was never there is most likely misspelt.
            var goesOn = await store.Records.GetAsync(run, RecordKeys.JournalAt(0), interrupts.Orderly) is not null;
            return await DriveAsync(resolved, run, goesOn, state, assemblies, store);
        }
        catch (TaskBuildException exception)
        {
            await errors.WriteLineAsync($"executor: {exception.Message}");
            return ExitCodes.InvalidInput;
        }
        catch (RunConflictException exception)
        {
            await errors.WriteLineAsync($"executor: {exception.Message}");
            return ExitCodes.InvalidInput;
        }
        catch (Exception exception) when (exception is JournalException || StoreConnection.IsUnavailable(exception))
        {
            await errors.WriteLineAsync($"executor: {exception.Message}");
            return ExitCodes.InfrastructureUnavailable;
        }
        catch (OperationCanceledException) when (interrupts.ExitCode is { } exitCode)
        {
            return exitCode;
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> BuildAsync(RunPlan plan, DotnetTaskBuilder builder)
    {
        var assemblies = new Dictionary<string, string>();
        foreach (var task in plan.Tasks)
        {
            if (task.Dotnet is { } dotnet && !assemblies.ContainsKey(dotnet.Source))
            {
                assemblies[dotnet.Source] = await builder.BuildAsync(dotnet, interrupts.Orderly);
            }
        }

        return assemblies;
    }

    private async Task<int> DriveAsync(
        ResolvedWorkflow resolved,
        string run,
        bool goesOn,
        StateDirectory state,
        IReadOnlyDictionary<string, string> assemblies,
        StoreConnection store)
    {
        var plan = resolved.Plan;
        var cgroups = CgroupRoot.Find();
        var launching = new LocalLauncherOptions
        {
            Directory = state.Attempts,
            Runner = RunnerLocation.Find(),
            Capacity = request.Parallel ?? Environment.ProcessorCount,
            Cgroups = cgroups,
            Log = output.Log,
            KeepFiles = request.KeepFiles,
        };
        var accounts = new RunAccounts(plan);
        using var trace = request.TraceFile is { } file ? new TraceWriter(file) : null;
        var started = time.GetTimestamp();
        output.Started(run, plan, cgroups is null
            ? "memory limits are watched every 100 ms: this process may not make cgroups"
            : $"memory limits are enforced by cgroups {(cgroups.Unified ? "v2" : "v1")}");
        if (ClusterOnlyFields.Warning(plan) is { } warning)
        {
            output.Notice(warning);
        }

        var descriptors = new DescriptorFactory(plan, run, [store.Address], assemblies);
        var options = new DriverOptions
        {
            Describe = descriptors.Create,
            Scheduling = new SchedulerOptions { MaxParallel = Math.Min(launching.Capacity, plan.MaxParallelTasks ?? int.MaxValue) },
            Workflow = resolved.Serialize(),
            Resume = request.RunId is not null,
            RunKey = store.RunKeyOf(run),
            Time = time,
        };
        using var interrupted = interrupts.Orderly.Register(
            () => output.Notice("cancelling: attempts are asked to end; interrupt again to end them at once"));
        RunResult result;
        await using (var launcher = new LocalProcessLauncher(launching, time))
        {
            var observer = new SessionObserver(output, accounts, trace);
            result = await RunDriver.RunAsync(plan, run, store.Records, launcher, options, observer, interrupts.Orderly, interrupts.AtOnce);
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
