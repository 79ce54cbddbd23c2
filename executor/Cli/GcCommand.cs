using System.CommandLine;
using Executor.Cluster.Collection;
using Executor.Contracts.Reporting;

namespace Executor.Cli;

/// <summary><c>executor gc</c>: clears away what executors that died have left in a namespace.</summary>
internal static class GcCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var store = new StoreOptions();
        var command = new Command("gc", "Clears away what dead executors have left in a namespace of a cluster.");
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(
            parsed,
            console,
            async (connection, cluster) =>
            {
                if (cluster is null)
                {
                    console.Error.WriteLine("executor: gc is about a cluster: give --backend kubernetes; on one machine a run clears up after itself");
                    return ExitCodes.InvalidInput;
                }

                await new GarbageCollector(cluster, connection, TimeProvider.System).CollectAsync(console.Out.WriteLine, token);
                return ExitCodes.Succeeded;
            },
            token));
        return command;
    }
}
