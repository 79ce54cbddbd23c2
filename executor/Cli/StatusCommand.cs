using System.CommandLine;
using Executor.Cluster;
using Executor.Cluster.Usage;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Hosting;
using Executor.Kubernetes.Client;
using Executor.Running;

namespace Executor.Cli;

/// <summary><c>executor status RUN</c>: tells where a run stands by its records, whoever drives it.</summary>
internal static class StatusCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var store = new StoreOptions();
        var output = OutputOption.Create();
        var journal = new Option<bool>("--journal") { Description = "Every decision of the run's drivers in order, one JSON object a line." };
        var command = new Command("status", "Tells where a run stands.") { run, output, journal };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(
            parsed,
            console,
            (connection, cluster) => ShowAsync(connection, cluster, parsed, parsed.GetRequiredValue(run), token),
            token));
        return command;

        async Task<int> ShowAsync(StoreConnection connection, ClusterConnection? cluster, ParseResult parsed, string id, CancellationToken token)
        {
            if (await RunLookup.FindPlanAsync(connection, id, console, token) is not { } plan)
            {
                return ExitCodes.InvalidInput;
            }

            if (parsed.GetValue(journal))
            {
                await JournalText.WriteAsync(connection.Records, id, plan, console.Out, token);
                return ExitCodes.Succeeded;
            }

            var status = await RunStatusReader.ReadAsync(connection.Records, id, plan, token)
                ?? throw new InvalidOperationException($"run {id} has a revision and no journal");
            var usage = status.Finished is null && cluster is not null ? await UsageAsync(cluster, id, token) : null;
            if (parsed.IsJson(output))
            {
                StatusText.WriteJson(id, plan, status, usage, console.Out);
            }
            else
            {
                StatusText.Write(id, plan, status, usage, console.Out);
            }

            return ExitCodes.Succeeded;
        }
    }
    // Where a run stands is in its records; what it uses is told where a metrics server or kubelets may be asked, and otherwise left out.
    private static async Task<LiveUsage?> UsageAsync(ClusterConnection cluster, string run, CancellationToken cancellationToken)
    {
        try
        {
            return await new LiveUsageReader(cluster.Client, cluster.NamespaceName, TimeProvider.System).ReadAsync(run, cancellationToken);
        }
        catch (Exception failure) when (failure is KubernetesException or IOException)
        {
            return null;
        }
    }
}
