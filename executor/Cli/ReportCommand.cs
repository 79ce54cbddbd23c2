using System.CommandLine;
using Executor.Accounting;
using Executor.Accounting.Advice;
using Executor.Accounting.Page;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Driving.Sizes;
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
        var csv = FileOption("--csv", "Write a row per attempt to this file, as CSV (docs/accounting.md).");
        var html = FileOption("--html", "Write a page with charts to this file, which needs no network.");
        var trace = FileOption("--trace", "Write a row per attempt to this file, in the columns of Nextflow's trace.");
        var rows = new Option<bool>("--rows") { Description = "With --output json: an object per attempt before the last, each on a line, with the columns of --csv." };
        var instances = new Option<bool>("--instances") { Description = "Show the run's instances rather than its tasks; with --output json, both." };
        var standard = new ResourcePrices();
        var core = PriceOption.Create("--core-hour-price", "Dollars for a core for an hour.", standard.CoreHour);
        var memory = PriceOption.Create("--gib-hour-price", "Dollars for 2^30 bytes of memory for an hour.", standard.GibibyteHour);
        var command = new Command("report", "Shows what a run's tasks asked for, used and cost; prices are OpenCost's defaults unless told.")
        {
            run, output, csv, html, trace, rows, instances, core, memory,
        };
        store.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(rows) && result.GetValue(output) is not "json")
            {
                result.AddError("--rows goes with --output json");
            }
        });
        command.SetAction((parsed, token) => store.WithStoreAsync(
            parsed, console, connection => ShowAsync(connection, parsed, parsed.GetRequiredValue(run), token), token));
        return command;

        async Task<int> ShowAsync(StoreConnection connection, ParseResult parsed, string id, CancellationToken token)
        {
            if (await RunLookup.FindPlanAsync(connection, id, console, token) is not { } plan)
            {
                return ExitCodes.InvalidInput;
            }

            using var files = ReportFiles.Open(
                parsed.GetValue(csv), parsed.GetValue(html), parsed.GetValue(trace), () => new ReportPage(id, plan.Workflow), console);
            if (files is null)
            {
                return ExitCodes.InvalidInput;
            }

            var prices = new ResourcePrices { CoreHour = parsed.GetValue(core), GibibyteHour = parsed.GetValue(memory) };
            var byInstance = parsed.GetValue(instances) ? new InstanceAccounts() : null;
            var withRows = parsed.GetValue(rows);
            var totals = new UsageTotals();
            var advice = new SizeAdvice(plan, prices);
            var tasks = plan.Tasks.ToDictionary(task => task.Name);
            var sizes = await DecidedSizes.ByAttemptAsync(
                connection.Records, id, line => console.Error.WriteLine($"executor: {line}"), token);
            var accounts = new RunAccounts(plan);
            await foreach (var attempt in RunStatusReader.ReadAttemptsAsync(connection.Records, id, plan, token))
            {
                accounts.Add(attempt);
                var task = tasks[attempt.Attempt.Task];
                var row = new AccountingRow(attempt, task.Class ?? task.Name, prices)
                {
                    Gpus = task.Gpus,
                    Decided = sizes.TryGetValue(attempt.Attempt, out var decided) ? decided : null,
                };
                totals.Add(row);
                advice.Add(row);
                byInstance?.Add(row);
                files.Add(attempt, row);
                if (withRows)
                {
                    JsonLine.Write(console.Out, json => AccountingJson.WriteRow(json, row));
                }
            }

            var changes = advice.Changes();
            files.Complete(changes);
            Show(parsed.IsJson(output), new RunReportTotals(id, plan, accounts, totals, byInstance, prices, changes));
            return ExitCodes.Succeeded;
        }

        void Show(bool asJson, RunReportTotals report)
        {
            if (asJson)
            {
                JsonLine.Write(console.Out, report.WriteJson);
            }
            else if (report.Instances is { } byInstance)
            {
                byInstance.Write(console.Out);
            }
            else
            {
                AccountingTable.Write(report.Accounts, console.Out);
                report.WriteCost(console.Out);
            }
        }
    }

    private static Option<string?> FileOption(string name, string description) => new(name) { Description = description, HelpName = "FILE" };
}
