using System.CommandLine;
using System.Globalization;
using Executor.Contracts.Reporting;
using Executor.Driving.Sizes;
using Executor.Rendering;
using Executor.Running;
using Executor.Sizing;

namespace Executor.Cli;

/// <summary><c>executor sizing show</c>: what is known of task classes, by the runs that the store has.</summary>
internal static class SizingShowCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var store = new StoreOptions();
        var output = OutputOption.Create();
        var command = new Command("show", "Shows what is known of the task classes of recent runs, and what an attempt of each would be given.") { output };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            var model = new SizingModel();
            var history = new SizingHistory(connection.Records, message => console.Error.WriteLine($"executor: {message}"));
            foreach (var (taskClass, seen) in await history.ReadAsync(own: null, classes: null, token))
            {
                model.Observe(taskClass, seen);
            }

            var classes = model.Classes.Order(StringComparer.Ordinal).ToList();
            if (parsed.IsJson(output))
            {
                classes.ForEach(name => WriteJson(console.Out, name, model.Of(name)));
            }
            else
            {
                WriteText(console.Out, classes, model);
            }

            return ExitCodes.Succeeded;
        }, token));
        return command;
    }

    private static void WriteText(TextWriter writer, List<string> classes, SizingModel model)
    {
        if (classes.Count == 0)
        {
            writer.WriteLine("no class is known: runs whose tasks have `sizing: recommend` or `sizing: apply` write down what they see");
            return;
        }

        TextTable.Write(
            writer,
            ["CLASS", Number("ATTEMPTS"), Number("LARGEST PEAK"), Number("CORES"), Number("WOULD GET"), "BY"],
            [.. classes.Select(name => RowOf(name, model.Of(name)))]);

        static TextColumn Number(string heading) => new(heading, AlignRight: true);
    }

    // Without an input size, since none is at hand here.
    private static string[] RowOf(string name, ClassSizer sizer)
    {
        var decision = sizer.Decide(new SizingRequest(null));
        return
        [
            name,
            Quantities.Count(sizer.Seen),
            Quantities.Bytes((long)sizer.MaxPeakBytes),
            sizer.Cores is { } cores ? cores.ToString("0.00", CultureInfo.InvariantCulture) : "",
            Quantities.Memory(decision.MemoryBytes),
            decision.Expert,
        ];
    }

    private static void WriteJson(TextWriter writer, string name, ClassSizer sizer) => JsonLine.Write(writer, json =>
    {
        var decision = sizer.Decide(new SizingRequest(null));
        json.WriteString("class", name);
        json.WriteNumber("attempts", sizer.Seen);
        json.WriteNumber("largestPeakBytes", sizer.MaxPeakBytes);
        if (sizer.Cores is { } cores)
        {
            json.WriteNumber("cores", cores);
        }

        json.WriteNumber("memoryBytes", decision.MemoryBytes);
        json.WriteString("expert", decision.Expert);
        json.WriteString("reason", decision.Reason);
    });
}
