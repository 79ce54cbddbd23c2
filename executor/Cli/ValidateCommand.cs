using System.CommandLine;
using Executor.Contracts.Reporting;
using Executor.Planning;

namespace Executor.Cli;

/// <summary><c>executor validate FILE</c>: says everything that is wrong with a workflow file, and starts nothing.</summary>
internal static class ValidateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var arguments = new WorkflowArguments();
        var command = new Command("validate", "Checks a workflow file and starts nothing.");
        arguments.AddTo(command);
        command.SetAction(parsed => arguments.Parameters(parsed, console) is { } parameters
            ? Validate(arguments.File(parsed), parameters, console)
            : ExitCodes.InvalidInput);
        return command;
    }

    private static int Validate(string file, IReadOnlyDictionary<string, string> parameters, CliConsole console)
    {
        var result = WorkflowPlanner.Validate(file, parameters);
        if (result.Errors.Count > 0)
        {
            console.WriteErrors(result.Errors);
            return ExitCodes.InvalidInput;
        }

        var unset = string.Join(", ", result.UnsetParameters.Select(p => $"--parameter {p}=VALUE"));
        var limitation = unset.Length == 0 ? "" : $", as far as it can be checked without {unset}";
        console.Out.WriteLine($"{file}: valid{limitation}");
        return ExitCodes.Succeeded;
    }
}
