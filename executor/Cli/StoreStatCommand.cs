using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Rendering;
using Executor.Running;
using Executor.Shuffle.Channel;

namespace Executor.Cli;

/// <summary><c>executor store stat RUN</c>: what the store holds of a run.</summary>
internal static class StoreStatCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var store = new StoreOptions();
        var output = OutputOption.Create();
        var command = new Command("stat", "Shows the segments, records and sealed outputs of a run.") { run, output };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            var id = parsed.GetRequiredValue(run);
            if (!await RunLookup.IsThereAsync(connection, id, console, token))
            {
                return ExitCodes.InvalidInput;
            }

            var stored = await connection.Records.GetStatisticsAsync(id, token);
            var outputs = await ReadSealsAsync(connection, id, token);
            if (parsed.IsJson(output))
            {
                JsonLine.Write(console.Out, json => WriteJson(json, id, stored, outputs));
            }
            else
            {
                WriteText(console.Out, id, stored, outputs);
            }

            return ExitCodes.Succeeded;
        }, token));
        return command;
    }

    private static async Task<List<SealRecord>> ReadSealsAsync(StoreConnection connection, string run, CancellationToken cancellationToken)
    {
        var seals = new List<SealRecord>();
        await foreach (var key in connection.Records.ListAsync(run, RecordKeys.Seals, cancellationToken))
        {
            if (await connection.Records.GetAsync(run, key, cancellationToken) is { } value)
            {
                seals.Add(Parse(run, key, value));
            }
        }

        return seals;
    }

    private static SealRecord Parse(string run, string key, ReadOnlyMemory<byte> value)
    {
        try
        {
            if (JsonSerializer.Deserialize(value.Span, ContractsJson.Default.SealRecord) is { } seal)
            {
                return seal;
            }
        }
        catch (JsonException)
        {
            // Whole by its checksum, and still no seal: as good as lost.
        }

        throw new ShuffleException(ShuffleError.DataLoss, $"record {key} of run {run} is no seal");
    }

    private static void WriteText(TextWriter writer, string run, RunStatistics stored, List<SealRecord> seals)
    {
        if (seals.Count > 0)
        {
            TextTable.Write(
                writer,
                [
                    "OUTPUT", new TextColumn("GENERATION", true), new TextColumn("INSTANCES", true), new TextColumn("PARTITIONS", true),
                    new TextColumn("SEGMENTS", true), new TextColumn("BLOCKS", true), new TextColumn("ROWS", true), new TextColumn("BYTES", true),
                ],
                [.. seals.Select(seal => new[]
                {
                    seal.Output.ToString(),
                    seal.Generation.ToString(CultureInfo.InvariantCulture),
                    Quantities.Count(seal.Instances.Count),
                    Quantities.Count(seal.PartitionCount),
                    Quantities.Count(seal.Segments.Count),
                    Quantities.Count(seal.Partitions.Sum(partition => partition.Blocks)),
                    Quantities.Count(seal.Partitions.Sum(partition => partition.Rows)),
                    Quantities.Bytes(seal.Partitions.Sum(partition => partition.Bytes)),
                })]);
        }

        writer.WriteLine(
            $"run {run}: {Quantities.Count(stored.Segments)} segments of {Quantities.Bytes(stored.SegmentBytes)}, "
            + $"{Quantities.Count(stored.Records)} records of {Quantities.Bytes(stored.RecordBytes)}, "
            + $"{Quantities.Count(seals.Count)} sealed outputs with {Quantities.Count(seals.Sum(seal => (long)seal.PartitionCount))} partitions");
    }

    private static void WriteJson(Utf8JsonWriter json, string run, RunStatistics stored, List<SealRecord> seals)
    {
        json.WriteString("run", run);
        StoreJson.WriteStored(json, stored);
        json.WriteStartArray("outputs");
        foreach (var seal in seals)
        {
            json.WriteStartObject();
            json.WriteString("output", seal.Output.ToString());
            json.WriteNumber("generation", seal.Generation);
            json.WriteNumber("instances", seal.Instances.Count);
            json.WriteNumber("partitions", seal.PartitionCount);
            json.WriteNumber("segments", seal.Segments.Count);
            json.WriteNumber("blocks", seal.Partitions.Sum(partition => partition.Blocks));
            json.WriteNumber("rows", seal.Partitions.Sum(partition => partition.Rows));
            json.WriteNumber("bytes", seal.Partitions.Sum(partition => partition.Bytes));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
