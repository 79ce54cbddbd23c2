using System.CommandLine;
using Executor.Contracts.Reporting;
using Executor.Running.Cluster;

namespace Executor.Cli;

/// <summary><c>executor drive RUN</c>: what a driver's pod runs; people have no use for it.</summary>
internal static class DriveCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var submission = new Option<string>("--submission") { Description = "The hash of what the driver is told.", Required = true, HelpName = "SHA256" };
        var store = new StoreOptions();
        var metrics = new MetricsArguments();
        var command = new Command("drive", "Drives a submitted run, in a pod of the cluster.") { run, submission };
        command.Hidden = true;
        store.AddTo(command);
        store.Cluster.AddImagesTo(command);
        metrics.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (store.ClusterOf(parsed) is not { } cluster)
            {
                console.Error.WriteLine("executor: drive: found --backend local, expected kubernetes");
                return ExitCodes.InvalidInput;
            }

            return await new RunDriverPod(cluster, metrics.Listen(parsed), metrics.Linger(parsed), console.Out, console.Error, TimeProvider.System)
                .RunAsync(parsed.GetRequiredValue(run), parsed.GetRequiredValue(submission));
        });
        return command;
    }
}
