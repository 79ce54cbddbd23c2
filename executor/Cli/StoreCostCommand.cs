using System.CommandLine;
using System.Globalization;
using Executor.Accounting;
using Executor.Contracts.Reporting;
using Executor.Rendering;
using Executor.Running;
using Executor.Shuffle.Channel;

namespace Executor.Cli;

/// <summary><c>executor store cost RUN</c>: the requests to the object store that a run has cost, and an estimate in dollars.</summary>
internal static class StoreCostCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var store = new StoreOptions();
        var output = OutputOption.Create();
        var standard = new StorePrices();
        var put = PriceOption.Create("--put-price", "Dollars for a thousand PUT, POST and LIST requests.", standard.PutsPerThousand);
        var get = PriceOption.Create("--get-price", "Dollars for a thousand GET and HEAD requests.", standard.GetsPerThousand);
        var storage = PriceOption.Create("--storage-price", "Dollars for keeping a gigabyte for a month.", standard.GigabyteMonth);
        var command = new Command("cost", "Shows what a run has cost in the object store; prices are Amazon S3's in us-east-1 unless told.")
        {
            run, output, put, get, storage,
        };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async connection =>
        {
            var id = parsed.GetRequiredValue(run);
            if (!await RunLookup.IsThereAsync(connection, id, console, token))
            {
                return ExitCodes.InvalidInput;
            }

            var usage = await connection.Records.GetUsageAsync(id, token);
            var prices = new StorePrices
            {
                PutsPerThousand = parsed.GetValue(put),
                GetsPerThousand = parsed.GetValue(get),
                GigabyteMonth = parsed.GetValue(storage),
            };
            if (parsed.IsJson(output))
            {
                WriteJson(console.Out, id, usage, prices);
            }
            else
            {
                WriteText(console.Out, id, usage, prices);
            }

            return ExitCodes.Succeeded;
        }, token));
        return command;
    }

    private static void WriteText(TextWriter writer, string run, RunUsage usage, StorePrices prices)
    {
        var requests = usage.Requests;
        string[] Row(string name, long count, string bytes, RequestCounts priced) => [name, Quantities.Count(count), bytes, Dollars(prices.Of(priced))];
        TextTable.Write(
            writer,
            ["REQUEST", new TextColumn("COUNT", true), new TextColumn("BYTES", true), new TextColumn("DOLLARS", true)],
            [
                Row("PUT", requests.Puts, Quantities.Bytes(requests.BytesWritten), RequestCounts.None with { Puts = requests.Puts }),
                Row("LIST", requests.Lists, "", RequestCounts.None with { Lists = requests.Lists }),
                Row("GET", requests.Gets, Quantities.Bytes(requests.BytesRead), RequestCounts.None with { Gets = requests.Gets }),
                Row("HEAD", requests.Heads, "", RequestCounts.None with { Heads = requests.Heads }),
                Row("DELETE", requests.Deletes, "", RequestCounts.None with { Deletes = requests.Deletes }),
            ]);
        writer.WriteLine(
            $"run {run}: {Dollars(prices.Of(requests))} for {Quantities.Count(requests.Requests)} requests; "
            + $"{Quantities.Bytes(usage.Stored.Bytes)} in {Quantities.Count(usage.Stored.Objects)} objects, {Dollars(prices.PerMonth(usage.Stored.Bytes))} a month");
    }

    private static void WriteJson(TextWriter writer, string run, RunUsage usage, StorePrices prices) => JsonLine.Write(writer, json =>
    {
        json.WriteString("run", run);
        json.WriteNumber("puts", usage.Requests.Puts);
        json.WriteNumber("lists", usage.Requests.Lists);
        json.WriteNumber("gets", usage.Requests.Gets);
        json.WriteNumber("heads", usage.Requests.Heads);
        json.WriteNumber("deletes", usage.Requests.Deletes);
        json.WriteNumber("bytesWritten", usage.Requests.BytesWritten);
        json.WriteNumber("bytesRead", usage.Requests.BytesRead);
        StoreJson.WriteStored(json, usage.Stored);
        json.WriteNumber("requestDollars", prices.Of(usage.Requests));
        json.WriteNumber("storageDollarsPerMonth", prices.PerMonth(usage.Stored.Bytes));
    });

    /// <summary>With four digits behind the point, more where that would be nothing but zeros.</summary>
    private static string Dollars(double dollars) => dollars is 0 or >= 0.001
        ? string.Create(CultureInfo.InvariantCulture, $"${dollars:0.0000}")
        : string.Create(CultureInfo.InvariantCulture, $"${dollars:0.0000000}");
}
