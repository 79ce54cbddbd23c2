using System.CommandLine;
using Executor.Contracts.Reporting;

namespace Executor.Cli;

/// <summary><c>executor delete RUN</c>: deletes everything of a run.</summary>
internal static class DeleteCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var store = new StoreOptions();
        var command = new Command("delete", "Deletes a run: its records, data and logs.") { run };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async (connection, cluster) =>
        {
            var id = parsed.GetRequiredValue(run);
            if (!await RunDeletion.DeleteAsync(connection, cluster, store.State(parsed), id, console, token))
            {
                return ExitCodes.InvalidInput;
            }

            console.Out.WriteLine($"run {id} is deleted");
            return ExitCodes.Succeeded;
        }, token));
        return command;
    }
}
