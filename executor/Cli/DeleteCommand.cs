using System.CommandLine;
using Executor.Cluster;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Launching.Local;

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
            var hadObjects = cluster is not null && await RunAnchor.DeleteAsync(cluster, id, token);
            if (!hadObjects && !await RunLookup.IsThereAsync(connection, id, console, token))
            {
                return ExitCodes.InvalidInput;
            }

            await connection.Records.DeleteRunAsync(id, token);
            if (cluster is null)
            {
                AttemptDirectory.DeleteAll(StateDirectory.Open(store.State(parsed)).Attempts, id);
            }

            console.Out.WriteLine($"run {id} is deleted");
            return ExitCodes.Succeeded;
        }, token));
        return command;
    }
}
