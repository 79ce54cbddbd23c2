using System.CommandLine;
using Executor.Contracts.Reporting;
using Executor.Planning;

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
            Description = "text: a table. yaml, json: the plan, and the descriptor of each task's first instance.",
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
        command.SetAction(parsed => arguments.Parameters(parsed, console) is { } parameters
            ? Plan(arguments.File(parsed), parameters, parsed.GetRequiredValue(output), console)
            : ExitCodes.InvalidInput);
        return command;
    }

    private static int Plan(string file, IReadOnlyDictionary<string, string> parameters, string output, CliConsole console)
    {
        var result = WorkflowPlanner.Plan(file, parameters);
        if (result.Resolved is not { Plan: var plan })
        {
            console.WriteErrors(result.Errors);
            return ExitCodes.InvalidInput;
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
}
