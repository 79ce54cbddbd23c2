using System.CommandLine;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Hosting;

namespace Executor.Cli;

/// <summary><c>executor store rm RUN...</c>: deletes runs, once it is sure that they are meant and have ended.</summary>
internal static class StoreRmCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var runs = RunArgument.CreateMany();
        var store = new StoreOptions();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var force = new Option<bool>("--force") { Description = "Delete runs that have not finished, too. Their drivers and tasks then fail." };
        var command = new Command("rm", "Deletes runs: their records, data and logs. Asks before.") { runs, yes, force };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async (connection, cluster) =>
        {
            string[] ids = [.. parsed.GetRequiredValue(runs).Distinct(StringComparer.Ordinal)];
            if (!await MayGoAsync(connection, ids, parsed.GetValue(force), console, token))
            {
                return ExitCodes.InvalidInput;
            }

            if (!parsed.GetValue(yes) && !IsMeant(ids, console))
            {
                return ExitCodes.Failed;
            }

            foreach (var id in ids)
            {
                if (await RunDeletion.DeleteAsync(connection, cluster, store.State(parsed), id, console, token))
                {
                    console.Out.WriteLine($"run {id} is deleted");
                }
            }

            return ExitCodes.Succeeded;
        }, token));
        return command;
    }

    /// <summary>Looks at all runs before any is deleted.</summary>
    private static async Task<bool> MayGoAsync(
        StoreConnection connection, IReadOnlyList<string> runs, bool force, CliConsole console, CancellationToken cancellationToken)
    {
        var mayGo = true;
        foreach (var run in runs)
        {
            if (!await RunLookup.IsThereAsync(connection, run, console, cancellationToken))
            {
                mayGo = false;
            }
            else if (!force && await IsUnderWayAsync(connection, run, cancellationToken))
            {
                console.Error.WriteLine($"executor: run {run} has not finished, its driver may be at work; `executor cancel {run}` ends it, --force deletes it all the same");
                mayGo = false;
            }
        }

        return mayGo;
    }

    /// <summary>True for a run whose journal has begun and has no end. A run that has no journal is not known to be under way.</summary>
    private static async Task<bool> IsUnderWayAsync(StoreConnection connection, string run, CancellationToken cancellationToken) =>
        await RunLookup.TryFindPlanAsync(connection, run, cancellationToken) is { } plan
        && await RunStatusReader.ReadAsync(connection.Records, run, plan, cancellationToken) is { Finished: null };

    private static bool IsMeant(string[] runs, CliConsole console)
    {
        console.Error.Write($"delete {(runs.Length == 1 ? $"run {runs[0]}" : $"the {runs.Length} runs {string.Join(", ", runs)}")}? [y/N] ");
        console.Error.Flush();
        var answer = console.In.ReadLine();
        if (answer?.Trim() is "y" or "Y" or "yes")
        {
            return true;
        }

        console.Error.WriteLine(answer is null ? "executor: nobody answers, nothing was deleted; --yes deletes without asking" : "executor: nothing was deleted");
        return false;
    }
}
