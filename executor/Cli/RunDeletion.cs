using Executor.Cluster;
using Executor.Hosting;
using Executor.Launching.Local;

namespace Executor.Cli;

/// <summary>Deletes everything of a run: in the cluster, in the store, and what this machine keeps of its attempts.</summary>
internal static class RunDeletion
{
    /// <summary>Deletes a run.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="cluster">The cluster that runs are in; null where they are this machine's.</param>
    /// <param name="state">The folder of embedded runs that was told; null for the default.</param>
    /// <param name="run">The run.</param>
    /// <param name="console">Where it is told that there is no such run.</param>
    /// <param name="cancellationToken">Gives up in the middle; deleting again goes on.</param>
    /// <returns>False if there is no such run.</returns>
    public static async Task<bool> DeleteAsync(
        StoreConnection connection, ClusterConnection? cluster, string? state, string run, CliConsole console, CancellationToken cancellationToken)
    {
        var hadObjects = cluster is not null && await RunAnchor.DeleteAsync(cluster, run, cancellationToken);
        if (!hadObjects && !await RunLookup.IsThereAsync(connection, run, console, cancellationToken))
        {
            return false;
        }

        await connection.Records.DeleteRunAsync(run, cancellationToken);
        if (cluster is null)
        {
            AttemptDirectory.DeleteAll(StateDirectory.Open(state).Attempts, run);
        }

        return true;
    }
}
