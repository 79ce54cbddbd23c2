using System.CommandLine;
using System.Globalization;
using Executor.Contracts.Reporting;
using Executor.Rendering;
using Executor.Shuffle.Channel;

namespace Executor.Cli;

/// <summary><c>executor ls</c>: lists the runs of a store, the latest last.</summary>
internal static class LsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var store = new StoreOptions();
        var command = new Command("ls", "Lists the runs.");
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            var runs = new List<RunEntry>();
            await foreach (var run in connection.Records.ListRunsAsync(token))
            {
                runs.Add(run);
            }

            TextTable.Write(
                console.Out,
                ["RUN", "BEGUN (UTC)"],
                [.. runs.OrderBy(run => run.Created).ThenBy(run => run.Run, StringComparer.Ordinal).Select(run => new[]
                {
                    run.Run, run.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                })]);
            return ExitCodes.Succeeded;
        }, token));
        return command;
    }
}
