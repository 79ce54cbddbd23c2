using System.CommandLine;
using System.Text;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;

namespace Executor.Cli;

/// <summary><c>executor logs RUN [TASK[INDEX]]</c>: shows what attempts wrote to standard error.</summary>
internal static class LogsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var which = new Argument<string?>("TASK")
        {
            Description = "A task, or one of its instances: map or map[3]; all if left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var store = new StoreOptions();
        var command = new Command("logs", "Shows the kept logs of a run's attempts.") { run, which };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            if (!InstanceSelector.TryParse(parsed.GetValue(which), out var selector))
            {
                console.Error.WriteLine($"executor: TASK: found '{parsed.GetValue(which)}', expected a task or task[index]");
                return ExitCodes.InvalidInput;
            }

            var id = parsed.GetRequiredValue(run);
            var shown = 0;
            await foreach (var key in connection.Records.ListAsync(id, RecordKeys.Logs + selector.KeyPrefix, token))
            {
                if (await connection.Records.GetAsync(id, key, token) is { } log)
                {
                    shown++;
                    Write(console.Out, InstanceSelector.NameOf(key), Encoding.UTF8.GetString(log.Span));
                }
            }

            if (shown == 0)
            {
                console.Error.WriteLine($"executor: there are no logs of {parsed.GetValue(which) ?? "any task"} in run {id}");
            }

            return ExitCodes.Succeeded;
        }, token));
        return command;
    }

    private static void Write(TextWriter writer, string attempt, string log)
    {
        foreach (var line in log.AsSpan().TrimEnd('\n').ToString().Split('\n'))
        {
            writer.WriteLine($"{attempt} | {line}");
        }
    }
}
