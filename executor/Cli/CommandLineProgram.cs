using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Executor.Contracts.Reporting;

namespace Executor.Cli;

/// <summary>Runs one command line.</summary>
internal static class CommandLineProgram
{
    /// <summary>
    /// Runs it and returns the exit code (<see cref="ExitCodes"/>). A command line that cannot be understood is told on the error writer
    /// alone.
    /// </summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliConsole console, CancellationToken cancellationToken)
    {
        var parsed = RootCommandFactory.Create(console).Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction or null)
        {
            console.WriteErrors(parsed.Errors.Select(e => $"executor: {e.Message}").Distinct());
            console.Error.WriteLine($"executor: '{Usage(parsed.CommandResult)} --help' shows what is possible");
            return ExitCodes.InvalidInput;
        }

        var configuration = new InvocationConfiguration
        {
            Output = console.Out,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
        };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    private static string Usage(CommandResult command) =>
        command.Parent is CommandResult ? $"executor {command.Command.Name}" : "executor";
}
