using System.CommandLine;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Running;
using Executor.Running.Cluster;

namespace Executor.Cli;

/// <summary><c>executor attach RUN</c>: follows a run that is driven in a cluster, from any machine.</summary>
internal static class AttachCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var store = new StoreOptions();
        var output = OutputOption.Create();
        var results = new Option<string?>("--results") { Description = "Write the results to files in this folder.", HelpName = "DIR" };
        var command = new Command("attach", "Follows a run on a cluster to its end.") { run, output, results };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(
            parsed,
            console,
            async (connection, cluster) =>
            {
                var id = parsed.GetRequiredValue(run);
                if (cluster is null)
                {
                    console.Error.WriteLine("executor: attach: a run on this machine is driven by the command that started it; use --backend kubernetes");
                    return ExitCodes.InvalidInput;
                }

                if (await RunLookup.FindPlanAsync(connection, id, console, token) is not { } plan)
                {
                    return ExitCodes.InvalidInput;
                }

                var time = TimeProvider.System;
                IRunOutput shown = parsed.IsJson(output)
                    ? new JsonRunOutput(console.Out)
                    : new TextRunOutput(console.Out, console.Error, time);
                using var interrupts = Interrupts.Listen();
                var request = new RunRequest { RunId = id, ResultsDirectory = parsed.GetValue(results), ResultFormats = [Results.ResultFormat.Arrow] };
                return await new RunAttachment(request, cluster, connection, shown, interrupts, time).FollowAsync(plan, id, started: null);
            },
            token));
        return command;
    }
}
