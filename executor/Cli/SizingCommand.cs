using System.CommandLine;
using System.Globalization;
using Executor.Contracts.Reporting;
using Executor.Rendering;
using Executor.Running;
using Executor.Sizing.Replaying;

namespace Executor.Cli;

/// <summary>
/// <c>executor sizing</c>: how tasks are sized; <c>replay TRACE...</c> tries it on traces of past runs, <c>show</c> and <c>explain</c> tell of those in the store, <c>reset</c> forgets them, and
/// <c>patch</c> says what a workflow should ask for.
/// </summary>
internal static class SizingCommand
{
    private const long MaxTraceBytes = 1L << 30;

    /// <summary>The command and its subcommands.</summary>
    public static Command Create(CliConsole console)
    {
        var traces = new Argument<string[]>("TRACE")
        {
            Description = "Trace files of Nextflow, or of executor run --trace; each is a workflow of its own.",
            Arity = ArgumentArity.OneOrMore,
        };
        var input = new Option<string>("--input-size")
        {
            Description = "none: a task's input is not known at its launch. rchar: it is what the task read, as the trace has it.",
            DefaultValueFactory = _ => "none",
        };
        input.AcceptOnlyFromAmong("none", "rchar");
        var output = OutputOption.Create();
        var replay = new Command("replay", "Runs traces again with other memory, and says what each way of sizing would have wasted and how many first tries would have failed.")
        {
            traces, input, output,
        };
        replay.SetAction(parsed => Replay(parsed.GetRequiredValue(traces), parsed.GetValue(input) == "rchar", parsed.IsJson(output), console));
        return new Command("sizing", "Sizes tasks by what their like have used.")
        {
            replay,
            SizingShowCommand.Create(console),
            SizingExplainCommand.Create(console),
            SizingResetCommand.Create(console),
            SizingPatchCommand.Create(console),
        };
    }

    private static int Replay(IReadOnlyList<string> files, bool readsInput, bool json, CliConsole console)
    {
        var rows = new List<ReplayRow>();
        foreach (var file in files)
        {
            WorkflowTrace trace;
            try
            {
                trace = Read(file);
            }
            catch (Exception exception) when (exception is TraceException or IOException or UnauthorizedAccessException)
            {
                console.Error.WriteLine(exception is TraceException ? exception.Message : $"{file}: {exception.Message}");
                return ExitCodes.InvalidInput;
            }

            if (trace.Tasks.Count == 0)
            {
                console.Error.WriteLine($"{file}: found no completed task with a peak and a run time, expected at least one");
                return ExitCodes.InvalidInput;
            }

            if (trace.NotCompleted + trace.NotMeasured > 0)
            {
                console.Error.WriteLine($"{file}: left out {trace.NotCompleted} rows that did not complete and {trace.NotMeasured} without a peak or a run time");
            }

            rows.Add(ReplayRow.Of(Path.GetFileNameWithoutExtension(file), trace.Tasks, readsInput));
        }

        if (rows.Count > 1)
        {
            rows.Add(ReplayRow.Total(rows));
        }

        if (json)
        {
            WriteJson(console.Out, rows);
        }
        else
        {
            WriteText(console.Out, rows);
        }

        return ExitCodes.Succeeded;
    }

    private static WorkflowTrace Read(string file)
    {
        var bytes = new FileInfo(file).Length;
        if (bytes > MaxTraceBytes)
        {
            throw new TraceException(file, 1, $"found {bytes} bytes, expected at most {MaxTraceBytes}; split the trace");
        }

        using var text = new StreamReader(file);
        return TraceReader.Read(text, file);
    }

    private static void WriteText(TextWriter writer, IReadOnlyList<ReplayRow> rows)
    {
        TextTable.Write(
            writer,
            ["WORKFLOW", Number("TASKS"), Number("USED GB·h"), "SIZED BY", Number("WASTED GB·h"), Number("OF IT LOST"), Number("MAQ"), Number("FIRST TRY FAILED")],
            [
                .. rows.SelectMany(row => row.All.Select((sized, i) => (string[])
                [
                    i == 0 ? row.Workflow : "",
                    i == 0 ? Quantities.Count(sized.Result.Tasks) : "",
                    i == 0 ? Fixed(sized.Result.UsedGigabyteHours, "#,0.0") : "",
                    sized.Name,
                    Fixed(sized.Result.WastedGigabyteHours, "#,0.0"),
                    Fixed(sized.Result.LostGigabyteHours, "#,0.0"),
                    Fixed(sized.Result.Quality, "0.000"),
                    Fixed(100 * sized.Result.FailureRate, "0.0") + "%",
                ])),
            ]);
        writer.WriteLine("lost: held by tries that ran out of memory; MAQ: used by used and wasted; ponder reads rchar in any case");

        static TextColumn Number(string heading) => new(heading, AlignRight: true);
        static string Fixed(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }

    private static void WriteJson(TextWriter writer, IReadOnlyList<ReplayRow> rows)
    {
        foreach (var row in rows)
        {
            JsonLine.Write(writer, json =>
            {
                json.WriteString("workflow", row.Workflow);
                json.WriteNumber("tasks", row.Mix.Tasks);
                json.WriteNumber("usedGigabyteHours", row.Mix.UsedGigabyteHours);
                json.WriteStartObject("sizers");
                foreach (var (name, result) in row.All)
                {
                    json.WriteStartObject(name);
                    json.WriteNumber("wastedGigabyteHours", result.WastedGigabyteHours);
                    json.WriteNumber("lostGigabyteHours", result.LostGigabyteHours);
                    json.WriteNumber("memoryAllocationQuality", result.Quality);
                    json.WriteNumber("outOfMemory", result.OutOfMemory);
                    json.WriteNumber("failureRate", result.FailureRate);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            });
        }
    }
}
