using System.CommandLine;
using Executor.Accounting;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Running;

namespace Executor.Cli;

/// <summary><c>executor report RUN</c>: what all attempts of a run asked for and used, by its records, whoever drove it.</summary>
internal static class ReportCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var store = new StoreOptions();
        var output = OutputOption.Create();
        var trace = new Option<string?>("--trace") { Description = "Write a row per attempt to this file, in the columns of Nextflow's trace." };
        var command = new Command("report", "Shows what a run's tasks asked for and used.") { run, output, trace };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(
            parsed, console, connection => ShowAsync(connection, parsed, parsed.GetRequiredValue(run), token), token));
        return command;

        async Task<int> ShowAsync(StoreConnection connection, ParseResult parsed, string id, CancellationToken token)
        {
            if (await RunLookup.FindPlanAsync(connection, id, console, token) is not { } plan)
            {
                return ExitCodes.InvalidInput;
            }

            using var rows = parsed.GetValue(trace) is { } file ? new TraceWriter(file) : null;
            var accounts = await RunAccounts.ReadAsync(connection.Records, id, plan, rows, token);
            if (parsed.IsJson(output))
            {
                JsonLine.Write(console.Out, json =>
                {
                    json.WriteString("run", id);
                    json.WriteString("workflow", plan.Workflow);
                    JsonLine.WriteAccounts(json, accounts);
                });
            }
            else
            {
                AccountingTable.Write(accounts, console.Out);
            }

            return ExitCodes.Succeeded;
        }
    }
}
