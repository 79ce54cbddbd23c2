using System.CommandLine;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Kubernetes.Config;
using Executor.Planning;
using Executor.Results;
using Executor.Running;
using Executor.Running.Cluster;
using Executor.Running.Local;

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
        var parallel = new Option<int?>("--parallel") { Description = "Attempts at a time. Default: the number of processors.", HelpName = "N" };
        parallel.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var count) && count < 1)
            {
                result.AddError($"--parallel: found {count}, expected at least 1");
            }
        });
        var keepFiles = new Option<bool>("--keep-files") { Description = "Keep the files of ended attempts below the state folder." };
        var pending = new Option<int?>("--pending") { Description = "Attempts that may be launched and not run yet. Default: 50.", HelpName = "N" };
        var driver = new Option<string?>("--driver")
        {
            Description = "Where a run on a cluster is driven: cluster, in a Job of its own; here, in this process. Default: here in a pod, else cluster.",
        };
        driver.AcceptOnlyFromAmong(InCluster, Here);
        var detach = new Option<bool>("--detach") { Description = "Return once the run's driver is submitted." };
        var command = new Command("run", "Runs a workflow.")
        {
            runId, results, formats, trace, output, parallel, pending, keepFiles, driver, detach,
        };
        arguments.AddTo(command);
        store.AddTo(command);
        store.Cluster.AddImagesTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (arguments.Parameters(parsed, console) is not { } parameters)
            {
                return ExitCodes.InvalidInput;
            }

            var planning = WorkflowPlanner.Plan(arguments.File(parsed), parameters);
            if (planning.Resolved is not { } resolved)
            {
                console.WriteErrors(planning.Errors);
                return ExitCodes.InvalidInput;
            }

            var time = TimeProvider.System;
            var request = new RunRequest
            {
                RunId = parsed.GetValue(runId),
                Resume = parsed.GetValue(runId) is not null,
                Parallel = parsed.GetValue(parallel),
                PendingLimit = parsed.GetValue(pending),
                State = store.State(parsed),
                Store = store.Store(parsed),
                ResultsDirectory = parsed.GetValue(results),
                ResultFormats = [.. parsed.GetRequiredValue(formats).Distinct().Select(Format)],
                TraceFile = parsed.GetValue(trace),
                KeepFiles = parsed.GetValue(keepFiles),
            };
            IRunOutput shown = parsed.GetRequiredValue(output) == "json"
                ? new JsonRunOutput(console.Out)
                : new TextRunOutput(console.Out, console.Error, time);
            using var interrupts = new Interrupts();
            var run = request.RunId ?? RunNames.Make(resolved.Plan.Workflow, time);
            if (store.ClusterOf(parsed) is not { } cluster)
            {
                OpenBackend local = (asked, token) => LocalBackend.OpenAsync(asked, time, token);
                return await new RunSession(request, local, shown, console.Error, interrupts, time).RunAsync(resolved, run);
            }

            ProvideCode code = (plan, connection, id, token) => StagedCode.ProvideAsync(store.State(parsed), plan, connection.Records, id, token);
            var place = parsed.GetValue(driver) ?? (KubernetesClientConfiguration.IsInCluster() ? Here : InCluster);
            if (place == Here)
            {
                OpenBackend here = (asked, token) => KubernetesBackend.OpenAsync(asked, cluster, code, time, token);
                return await new RunSession(request, here, shown, console.Error, interrupts, time).RunAsync(resolved, run);
            }

            return await new RunSubmitter(request, cluster, shown, console.Error, interrupts, time)
                .RunAsync(resolved, run, code, follow: !parsed.GetValue(detach));
        });
        return command;
    }

    private static ResultFormat Format(string name) => name switch
    {
        FormatCsv => ResultFormat.Csv,
        FormatJsonLines => ResultFormat.JsonLines,
        _ => ResultFormat.Arrow,
    };
}
