using System.CommandLine;
using Executor.Contracts.Reporting;
using Executor.Rendering;

namespace Executor.Cli;

/// <summary><c>executor store</c>: looks after the store; <c>verify RUN</c> reads all committed data of a run back and checks it.</summary>
internal static class StoreCommand
{
    /// <summary>The command and its subcommands.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var store = new StoreOptions();
        var verify = new Command("verify", "Reads every committed block of a run and checks it; exit code 1 if anything is lost.") { run };
        store.AddTo(verify);
        verify.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            var id = parsed.GetRequiredValue(run);
            if (!await RunLookup.IsThereAsync(connection, id, console, token))
            {
                return ExitCodes.InvalidInput;
            }

            var report = await connection.Records.VerifyAsync(id, token);
            foreach (var loss in report.Losses)
            {
                console.Out.WriteLine($"{loss.Instance} generation {loss.Generation}: {loss.Reason}");
            }

            console.Out.WriteLine(
                $"run {id}: {Quantities.Count(report.Commits)} commits, {Quantities.Count(report.Blocks)} blocks, "
                + $"{Quantities.Bytes(report.Bytes)} whole; {Quantities.Count(report.Losses.Count)} lost");
            return report.Losses.Count == 0 ? ExitCodes.Succeeded : ExitCodes.Failed;
        }, token));
        return new Command("store", "Looks after the shuffle store.")
        {
            StoreLsCommand.Create(console), StoreStatCommand.Create(console), StoreCostCommand.Create(console), verify, StoreRmCommand.Create(console),
        };
    }
}
