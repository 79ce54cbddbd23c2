using System.CommandLine;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Driving;

namespace Executor.Cli;

/// <summary><c>executor cancel RUN</c>: asks whoever drives a run to cancel it.</summary>
internal static class CancelCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var store = new StoreOptions();
        var command = new Command("cancel", "Cancels a run; what is done is kept.") { run };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            var id = parsed.GetRequiredValue(run);
            if (await connection.Records.GetAsync(id, RecordKeys.JournalAt(0), token) is null)
            {
                console.Error.WriteLine($"executor: there is no run {id}");
                return ExitCodes.InvalidInput;
            }

            await CancellationRequests.CreateAsync(connection.Records, id, token);
            console.Out.WriteLine($"run {id} is asked to cancel");
            return ExitCodes.Succeeded;
        }, token));
        return command;
    }
}
