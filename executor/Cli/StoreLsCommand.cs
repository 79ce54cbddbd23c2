using System.CommandLine;
using System.Globalization;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Rendering;
using Executor.Running;
using Executor.Shuffle.Channel;

namespace Executor.Cli;

/// <summary><c>executor store ls</c>: lists the runs with what they take in the object store, the latest last.</summary>
internal static class StoreLsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var store = new StoreOptions();
        var output = OutputOption.Create();
        var command = new Command("ls", "Lists the runs with the objects and bytes that they take; lists all objects for it.") { output };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            var rows = await ReadAsync(connection, token);
            if (parsed.IsJson(output))
            {
                rows.ForEach(row => JsonLine.Write(console.Out, json =>
                {
                    json.WriteString("run", row.Entry.Run);
                    json.WriteString("begun", row.Entry.Created.UtcDateTime);
                    StoreJson.WriteStored(json, row.Stored);
                }));
                return ExitCodes.Succeeded;
            }

            TextTable.Write(
                console.Out,
                ["RUN", "BEGUN (UTC)", new TextColumn("OBJECTS", true), new TextColumn("BYTES", true)],
                [.. rows.Select(row => new[]
                {
                    row.Entry.Run,
                    row.Entry.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                    Quantities.Count(row.Stored.Objects),
                    Quantities.Bytes(row.Stored.Bytes),
                })]);
            return ExitCodes.Succeeded;
        }, token));
        return command;
    }

    private static async Task<List<(RunEntry Entry, RunStatistics Stored)>> ReadAsync(StoreConnection connection, CancellationToken cancellationToken)
    {
        var runs = new List<RunEntry>();
        await foreach (var run in connection.Records.ListRunsAsync(cancellationToken))
        {
            runs.Add(run);
        }

        var rows = new List<(RunEntry, RunStatistics)>();
        foreach (var run in runs.OrderBy(run => run.Created).ThenBy(run => run.Run, StringComparer.Ordinal))
        {
            rows.Add((run, await connection.Records.GetStatisticsAsync(run.Run, cancellationToken)));
        }

        return rows;
    }
}
