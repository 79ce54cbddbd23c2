using System.CommandLine;
using Executor.Cluster;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Kubernetes.Config;
using Executor.Planning;
using Executor.Results;
using Executor.Running;
using Executor.Running.Cluster;
using Executor.Running.Local;
using Executor.Running.Steps;

namespace Executor.Cli;

/// <summary><c>executor run FILE</c>: runs a workflow, or goes on with a run.</summary>
internal static class RunCommand
{
    private const string InCluster = "cluster";
    private const string Here = "here";
    private const string FormatArrow = "arrow";
    private const string FormatCsv = "csv";
    private const string FormatJsonLines = "jsonl";

    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var arguments = new WorkflowArguments();
        var store = new StoreOptions();
        var step = new StepArguments();
        var metrics = new MetricsArguments();
        var runId = new Option<string?>("--run-id")
        {
            Description = "The run's name. A run of that name that was interrupted or has failed goes on; what is done stays done.",
            HelpName = "ID",
        };
        runId.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } id && !Names.IsValid(id))
            {
                result.AddError($"--run-id: found '{id}', expected 1 to {Names.MaxLength} of a-z, 0-9 and '-', not at the ends");
            }
        });
        var runIdFrom = new Option<string?>("--run-id-from")
        {
            Description = "Any text that names the run: its name is derived from it, always the same from the same text. In place of --run-id.",
            HelpName = "TEXT",
        };
        runIdFrom.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && string.IsNullOrWhiteSpace(text))
            {
                result.AddError("--run-id-from: found no text, expected one that is the same for each try of the same run");
            }
        });
        var results = new Option<string?>("--results") { Description = "Write the results to files in this folder.", HelpName = "DIR" };
        var formats = new Option<string[]>("--format")
        {
            Description = $"The files that --results writes: {FormatArrow}, {FormatCsv}, {FormatJsonLines}; may be given several times.",
            DefaultValueFactory = _ => [FormatArrow],
        };
        formats.AcceptOnlyFromAmong(FormatArrow, FormatCsv, FormatJsonLines);
        var trace = new Option<string?>("--trace") { Description = "Write a row per attempt in the columns of Nextflow's trace.", HelpName = "FILE" };
        var output = new Option<string>("--output", "-o")
        {
            Description = "text: progress on standard error, results and accounts on standard output. json: one event a line.",
            DefaultValueFactory = _ => "text",
        };
        output.AcceptOnlyFromAmong("text", "json");
        var parallel = new Option<int?>("--parallel") { Description = "Attempts at a time. Default: the number of processors; on a cluster 10000.", HelpName = "N" };
        parallel.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var count) && count < 1)
            {
                result.AddError($"--parallel: found {count}, expected at least 1");
            }
        });
        var keepFiles = new Option<bool>("--keep-files") { Description = "Keep the files of ended attempts below the state folder; on a cluster their Jobs and pods, until the run is deleted." };
        var pending = new Option<int?>("--pending") { Description = "Attempts that may be launched and not run yet. Default: 50.", HelpName = "N" };
        var driver = new Option<string?>("--driver")
        {
            Description = "Where a run on a cluster is driven: cluster, in a Job of its own; here, in this process. Default: here in a pod, else cluster.",
        };
        driver.AcceptOnlyFromAmong(InCluster, Here);
        var detach = new Option<bool>("--detach") { Description = "Return once the run's driver is submitted." };
        var command = new Command("run", "Runs a workflow.")
        {
            runId, runIdFrom, results, formats, trace, output, parallel, pending, keepFiles, driver, detach,
        };
        arguments.AddTo(command);
        store.AddTo(command);
        store.Cluster.AddImagesTo(command);
        metrics.AddTo(command);
        step.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(runId) is not null && result.GetValue(runIdFrom) is not null)
            {
                result.AddError("--run-id and --run-id-from name the run in two ways: give one of them");
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            using var report = step.Report(parsed, console.Error);
            return report.Conclude(await RunAsync(parsed, report));
        });
        return command;

        async Task<int> RunAsync(ParseResult parsed, StepReport report)
        {
            var told = console with { Error = report.Errors };
            if (step.Settings(parsed, told.Error) is not { } settings || arguments.Parameters(parsed, told) is not { } parameters)
            {
                return ExitCodes.InvalidInput;
            }

            var planning = WorkflowPlanner.Plan(arguments.File(parsed), parameters);
            if (planning.Resolved is not { } resolved)
            {
                told.WriteErrors(planning.Errors);
                return ExitCodes.InvalidInput;
            }

            var cluster = store.ClusterOf(parsed);
            var isDrivenHere = (parsed.GetValue(driver) ?? (KubernetesClientConfiguration.IsInCluster() ? Here : InCluster)) == Here;
            if (settings.Conflict(isOnCluster: cluster is not null, isDrivenHere) is { } conflict)
            {
                told.Error.WriteLine($"executor: {conflict}");
                return ExitCodes.InvalidInput;
            }

            if (cluster is not null && !isDrivenHere && metrics.Listen(parsed) is not null)
            {
                told.Error.WriteLine($"executor: --metrics-listen is of a run that is driven here; a driver in the cluster answers on port {DriverJob.MetricsPort} of its pod");
                return ExitCodes.InvalidInput;
            }

            var time = TimeProvider.System;
            var named = parsed.GetValue(runId) ?? (parsed.GetValue(runIdFrom) is { } text ? RunNames.From(text) : null);
            var request = new RunRequest
            {
                RunId = named,
                Resume = named is not null,
                Parallel = parsed.GetValue(parallel),
                PendingLimit = parsed.GetValue(pending),
                State = store.State(parsed),
                Store = store.Store(parsed),
                ResultsDirectory = parsed.GetValue(results),
                ResultFormats = [.. parsed.GetRequiredValue(formats).Distinct().Select(Format)],
                TraceFile = parsed.GetValue(trace),
                Owner = settings.Owner,
                MetricsListen = metrics.Listen(parsed),
                MetricsLinger = metrics.Linger(parsed),
                KeepFiles = parsed.GetValue(keepFiles),
            };
            var shown = report.Observe(parsed.GetRequiredValue(output) == "json"
                ? new JsonRunOutput(console.Out)
                : new TextRunOutput(console.Out, console.Error, time));
            using var interrupts = Interrupts.Listen(settings.Termination, time);
            var run = request.RunId ?? RunNames.Make(resolved.Plan.Workflow, time);
            (report.Run, report.Workflow) = (run, resolved.Plan.Workflow);
            if (cluster is null)
            {
                report.Store = request.Store.Uris.Count > 0 ? request.Store.Uris[^1] : null;
                OpenBackend local = (asked, token) => LocalBackend.OpenAsync(asked, time, token);
                return await new RunSession(request, local, shown, told.Error, interrupts, time).RunAsync(resolved, run);
            }

            report.Store = cluster.Store?[^1];
            ProvideCode code = (plan, connection, id, token) => StagedCode.ProvideAsync(store.State(parsed), plan, connection.Records, id, token);
            if (isDrivenHere)
            {
                OpenBackend here = async (asked, token) =>
                {
                    var backend = await KubernetesBackend.OpenAsync(asked, cluster, code, time, token);
                    report.Store = backend.Store.Addresses[^1];
                    return backend;
                };
                return await new RunSession(request, here, shown, told.Error, interrupts, time).RunAsync(resolved, run);
            }

            return await new RunSubmitter(request, cluster, shown, told.Error, interrupts, time)
                .RunAsync(resolved, run, code, follow: !parsed.GetValue(detach));
        }
    }

    private static ResultFormat Format(string name) => name switch
    {
        FormatCsv => ResultFormat.Csv,
        FormatJsonLines => ResultFormat.JsonLines,
        _ => ResultFormat.Arrow,
    };
}
