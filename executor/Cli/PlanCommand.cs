using System.CommandLine;
using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Launching;
using Executor.Planning;
using Executor.Running.Cluster;

namespace Executor.Cli;

/// <summary><c>executor plan FILE</c>: shows what a run would do, and starts nothing.</summary>
internal static class PlanCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var arguments = new WorkflowArguments();
        var output = new Option<string>("--output", "-o")
        {
            Description = "text: a table. yaml, json: the plan, and the descriptor of each task's first instance; with --backend kubernetes "
                + "the objects that the run will have in the cluster.",
            DefaultValueFactory = _ => "text",
        };
        output.CompletionSources.Add("text", "yaml", "json");
        output.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: not ("text" or "yaml" or "json") and var found }])
            {
                result.AddError($"--output: found '{found}', expected text, yaml or json");
            }
        });
        var command = new Command("plan", "Shows what a run would do and starts nothing.") { output };
        arguments.AddTo(command);
        var cluster = new ClusterArguments();
        cluster.AddManifestsTo(command);
        command.SetAction(parsed => arguments.Parameters(parsed, console) is { } parameters
            ? Plan(arguments.File(parsed), parameters, parsed.GetRequiredValue(output), cluster.Options(parsed, StoreAddress.Embedded), console)
            : ExitCodes.InvalidInput);
        return command;
    }

    private static int Plan(string file, IReadOnlyDictionary<string, string> parameters, string output, ClusterOptions? cluster, CliConsole console)
    {
        var result = WorkflowPlanner.Plan(file, parameters);
        if (result.Resolved is not { Plan: var plan } resolved)
        {
            console.WriteErrors(result.Errors);
            return ExitCodes.InvalidInput;
        }

        if (cluster is not null && output != "text")
        {
            return WriteManifests(resolved, cluster, output, console);
        }

        switch (output)
        {
            case "json":
                console.Out.WriteLine(PlanDocument.Of(plan).ToJson());
                break;
            case "yaml":
                console.Out.Write(PlanDocument.Of(plan).ToYaml());
                break;
            default:
                PlanText.Write(plan, console.Out);
                break;
        }

        return ExitCodes.Succeeded;
    }

    private static int WriteManifests(ResolvedWorkflow resolved, ClusterOptions cluster, string output, CliConsole console)
    {
        try
        {
            var manifests = RunManifests.Of(resolved, PlanDocument.RunId, cluster);
            if (output == "json")
            {
                var items = new JsonArray([.. manifests]);
                console.Out.WriteLine(PlanDocument.Indented(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = items }));
            }
            else
            {
                console.Out.Write(string.Join("---\n", manifests.Select(manifest => YamlText.Of(PlanDocument.ElementOf(manifest)))));
            }

            return ExitCodes.Succeeded;
        }
        catch (LaunchException refusal)
        {
            console.WriteErrors([refusal.Message]);
            return ExitCodes.InvalidInput;
        }
    }
}
