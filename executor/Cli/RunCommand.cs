using System.CommandLine;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Results;
using Executor.Running;
using Executor.Running.Cluster;
using Executor.Running.Local;

namespace Executor.Cli;

/// <summary><c>executor run FILE</c>: runs a workflow, or goes on with a run.</summary>
internal static class RunCommand
{
    private const string FormatArrow = "arrow";
    private const string FormatCsv = "csv";
    private const string FormatJsonLines = "jsonl";

    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var arguments = new WorkflowArguments();
        var store = new StoreOptions();
        var cluster = new ClusterArguments();
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
        var command = new Command("run", "Runs a workflow.") { runId, results, formats, trace, output, parallel, keepFiles };
        arguments.AddTo(command);
        store.AddTo(command);
        cluster.AddTo(command);
        cluster.AddImagesTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (arguments.Parameters(parsed, console) is not { } parameters)
            {
                return ExitCodes.InvalidInput;
            }

            var request = new RunRequest
            {
                File = arguments.File(parsed),
                Parameters = parameters,
                RunId = parsed.GetValue(runId),
                Parallel = parsed.GetValue(parallel),
                State = store.State(parsed),
                Store = store.Store(parsed),
                ResultsDirectory = parsed.GetValue(results),
                ResultFormats = [.. parsed.GetRequiredValue(formats).Distinct().Select(Format)],
                TraceFile = parsed.GetValue(trace),
                KeepFiles = parsed.GetValue(keepFiles),
            };
            var time = TimeProvider.System;
            IRunOutput shown = parsed.GetRequiredValue(output) == "json"
                ? new JsonRunOutput(console.Out)
                : new TextRunOutput(console.Out, console.Error, time);
            using var interrupts = new Interrupts();
            var target = cluster.Cluster(parsed, store.Store(parsed).Uri, store.Store(parsed).KeyFile);
            OpenBackend open = target is null
                ? (asked, token) => LocalBackend.OpenAsync(asked, time, token)
                : (asked, token) => KubernetesBackend.OpenAsync(asked, target, time, token);
            return await new RunSession(request, open, shown, console.Error, interrupts, time).RunAsync();
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
