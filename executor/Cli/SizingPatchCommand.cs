using System.CommandLine;
using System.Globalization;
using Executor.Accounting;
using Executor.Accounting.Advice;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Hosting;
using Executor.Running;

namespace Executor.Cli;

/// <summary><c>executor sizing patch RUN</c>: the changes of a run's workflow that would have saved most, as a part of the workflow file.</summary>
internal static class SizingPatchCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var store = new StoreOptions();
        var output = OutputOption.Create();
        var standard = new ResourcePrices();
        var core = PriceOption.Create("--core-hour-price", "Dollars for a core for an hour.", standard.CoreHour);
        var memory = PriceOption.Create("--gib-hour-price", "Dollars for 2^30 bytes of memory for an hour.", standard.GibibyteHour);
        var command = new Command("patch", "Prints the three changes of memory and CPU that would have saved most in a run, as YAML to merge into the workflow's file.")
        {
            run, output, core, memory,
        };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            var prices = new ResourcePrices { CoreHour = parsed.GetValue(core), GibibyteHour = parsed.GetValue(memory) };
            var id = parsed.GetRequiredValue(run);
            if (await AdviseAsync(connection, id, prices, console, token) is not { } advice)
            {
                return ExitCodes.InvalidInput;
            }

            if (parsed.IsJson(output))
            {
                WriteJson(console.Out, advice);
            }
            else
            {
                WriteText(console.Out, id, advice);
            }

            return ExitCodes.Succeeded;
        }, token));
        return command;
    }

    private static async Task<SizeAdvice?> AdviseAsync(
        StoreConnection store, string run, ResourcePrices prices, CliConsole console, CancellationToken cancellationToken)
    {
        if (await RunLookup.FindPlanAsync(store, run, console, cancellationToken) is not { } plan)
        {
            return null;
        }

        var advice = new SizeAdvice(plan, prices);
        await foreach (var attempt in RunStatusReader.ReadAttemptsAsync(store.Records, run, plan, cancellationToken))
        {
            advice.Add(new AccountingRow(attempt, attempt.Attempt.Task, prices));
        }

        return advice;
    }

    private static void WriteText(TextWriter writer, string run, SizeAdvice advice)
    {
        var changes = advice.Changes();
        var total = changes.Sum(change => change.Dollars);
        writer.WriteLine(changes.Count == 0
            ? $"# run {run}: no change of memory or CPU would have saved a hundredth of what it cost"
            : string.Create(CultureInfo.InvariantCulture, $"# run {run}: these changes would have saved ${total:0.000000} of ${advice.Cost:0.000000}; entries of tasks go into those of the same name"));
        foreach (var change in changes)
        {
            writer.WriteLine($"# {AdviceText.Of(change)}");
        }

        if (changes.Any(change => change.IsLowerBound))
        {
            writer.WriteLine("# peaks were those of the largest single process, since there was no cgroup: more may be needed");
        }

        writer.Write(WorkflowPatch.Yaml(changes));
    }

    private static void WriteJson(TextWriter writer, SizeAdvice advice)
    {
        foreach (var change in advice.Changes())
        {
            JsonLine.Write(writer, json => AdviceJson.Write(json, change));
        }
    }
}
