using System.CommandLine;
using Executor.Contracts.Reporting;
using Executor.Driving.Sizes;
using Executor.Rendering;
using Executor.Running;

namespace Executor.Cli;

/// <summary><c>executor sizing reset CLASS...</c>: has sizing begin anew with task classes.</summary>
internal static class SizingResetCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var names = new Argument<string[]>("CLASS")
        {
            Description = "Task classes, as `executor sizing show` names them.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var all = new Option<bool>("--all") { Description = "Every class." };
        var store = new StoreOptions();
        var output = OutputOption.Create();
        var command = new Command("reset", "Forgets what was seen of task classes, such as after their program has changed. Runs, their data and reports stay.") { names, all, output };
        store.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetValue(names) is { Length: > 0 }))
            {
                result.AddError("expected either task classes or --all");
            }
        });
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            var classes = parsed.GetValue(all) ? null : parsed.GetRequiredValue(names).ToHashSet(StringComparer.Ordinal);
            var reset = new SizingReset(connection.Records, message => console.Error.WriteLine($"executor: {message}"));
            var forgotten = await reset.ForgetAsync(classes, token);
            foreach (var (name, (runs, attempts)) in forgotten)
            {
                if (parsed.IsJson(output))
                {
                    JsonLine.Write(console.Out, json =>
                    {
                        json.WriteString("class", name);
                        json.WriteNumber("runs", runs);
                        json.WriteNumber("attempts", attempts);
                    });
                }
                else
                {
                    console.Out.WriteLine($"{name}: forgot {Quantities.Count(attempts)} {(attempts == 1 ? "attempt" : "attempts")} in {Quantities.Count(runs)} {(runs == 1 ? "run" : "runs")}");
                }
            }

            var unknown = (classes ?? []).Where(name => !forgotten.ContainsKey(name)).Order(StringComparer.Ordinal).ToList();
            foreach (var name in unknown)
            {
                console.Error.WriteLine($"executor: nothing is known of class {name}; `executor sizing show` has those of which something is");
            }

            return unknown.Count == 0 ? ExitCodes.Succeeded : ExitCodes.InvalidInput;
        }, token));
        return command;
    }
}
