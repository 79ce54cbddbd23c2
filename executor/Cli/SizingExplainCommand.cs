using System.CommandLine;
using System.Globalization;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Driving.Sizes;
using Executor.Hosting;
using Executor.Rendering;
using Executor.Running;

namespace Executor.Cli;

/// <summary><c>executor sizing explain RUN [TASK[INDEX]]</c>: why the attempts of sized tasks got what they got.</summary>
internal static class SizingExplainCommand
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
        var output = OutputOption.Create();
        var command = new Command("explain", "Shows why attempts of a run got the memory that they got, and what others would have given.") { run, which, output };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            if (!InstanceSelector.TryParse(parsed.GetValue(which), out var selector))
            {
                console.Error.WriteLine($"executor: TASK: found '{parsed.GetValue(which)}', expected a task or task[index]");
                return ExitCodes.InvalidInput;
            }

            var id = parsed.GetRequiredValue(run);
            if (!await RunLookup.IsThereAsync(connection, id, console, token))
            {
                return ExitCodes.InvalidInput;
            }

            var shown = await ShowAsync(connection, id, selector, parsed.IsJson(output), console, token);
            if (shown == 0)
            {
                console.Error.WriteLine(
                    $"executor: run {id} has written down no sizes of {parsed.GetValue(which) ?? "any task"}: is its sizing off, or has its driver not come to it yet?");
            }

            return ExitCodes.Succeeded;
        }, token));
        return command;
    }

    private static async Task<int> ShowAsync(
        StoreConnection store, string run, InstanceSelector selector, bool json, CliConsole console, CancellationToken cancellationToken)
    {
        var shown = 0;
        await foreach (var sized in DecidedSizes.ReadAsync(store.Records, run, line => console.Error.WriteLine($"executor: {line}"), cancellationToken))
        {
            if ((selector.Task ?? sized.Attempt.Task) == sized.Attempt.Task && (selector.Index ?? sized.Attempt.Index) == sized.Attempt.Index)
            {
                shown++;
                Write(sized, json, console.Out);
            }
        }

        return shown;
    }

    private static void Write(SizedAttempt sized, bool asJson, TextWriter writer)
    {
        var decision = sized.Decision;
        if (asJson)
        {
            JsonLine.Write(writer, json =>
            {
                JsonLine.WriteAttempt(json, sized.Attempt);
                if (sized.InputBytes is { } bytes)
                {
                    json.WriteNumber("inputBytes", bytes);
                }

                json.WriteNumber("askedBytes", sized.AskedBytes);
                json.WriteNumber("givenBytes", sized.GivenBytes);
                json.WriteNumber("modelBytes", decision.MemoryBytes);
                if (decision.TargetBytes is { } target)
                {
                    json.WriteNumber("targetBytes", target);
                }

                json.WriteString("expert", decision.Expert);
                json.WriteString("reason", decision.Reason);
                json.WriteStartObject("alternatives");
                foreach (var other in decision.Alternatives)
                {
                    json.WriteNumber(other.Expert, other.MemoryBytes);
                }

                json.WriteEndObject();
            });
            return;
        }

        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Name(sized.Attempt)}: {Quantities.Memory(sized.GivenBytes)}, where {Quantities.Memory(sized.AskedBytes)} is asked for; input {(sized.InputBytes is { } input ? Quantities.Bytes((long)input) : "not known")}"));
        writer.WriteLine($"  {decision.Expert}: {Quantities.Memory(decision.MemoryBytes)}: {decision.Reason}");
        if (decision.Alternatives.Count > 0)
        {
            writer.WriteLine($"  others: {string.Join(", ", decision.Alternatives.Select(other => $"{other.Expert} {Quantities.Bytes((long)other.MemoryBytes)}"))}");
        }
    }

    private static string Name(AttemptId attempt) => string.Create(
        CultureInfo.InvariantCulture,
        $"{attempt.Task}[{attempt.Index}] {(attempt.Generation == 0 ? "" : $"generation {attempt.Generation} ")}attempt {attempt.Attempt}");
}
