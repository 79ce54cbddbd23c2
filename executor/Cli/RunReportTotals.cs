using System.Globalization;
using System.Text.Json;
using Executor.Accounting;
using Executor.Accounting.Advice;
using Executor.Planning;
using Executor.Running;

namespace Executor.Cli;

/// <summary>What <c>executor report</c> says of a run as a whole.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Accounts">The totals of its tasks.</param>
/// <param name="Totals">The totals of the run.</param>
/// <param name="Instances">The totals of its instances, if they were asked for.</param>
/// <param name="Prices">What costs were reckoned with.</param>
/// <param name="Changes">What the workflow should ask for instead.</param>
internal sealed record RunReportTotals(
    string Run, RunPlan Plan, RunAccounts Accounts, UsageTotals Totals, InstanceAccounts? Instances, ResourcePrices Prices, IReadOnlyList<SizeChange> Changes)
{
    /// <summary>Writes the members of a JSON object.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("run", Run);
        json.WriteString("workflow", Plan.Workflow);
        JsonLine.WriteAccounts(json, Accounts);
        json.WriteStartObject("totals");
        AccountingJson.WriteTotals(json, Totals);
        json.WriteEndObject();
        json.WriteStartObject("prices");
        json.WriteNumber("coreHour", Prices.CoreHour);
        json.WriteNumber("gibibyteHour", Prices.GibibyteHour);
        json.WriteEndObject();
        JsonLine.WriteAdvice(json, Changes);
        if (Instances is null)
        {
            return;
        }

        json.WriteStartArray("instances");
        foreach (var (instance, totals, last) in Instances.All)
        {
            json.WriteStartObject();
            json.WriteString("task", instance.Task);
            json.WriteNumber("index", instance.Index);
            json.WriteString("last", last.Outcome.Cause.ToString());
            AccountingJson.WriteTotals(json, totals);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes what it cost and what would have saved most of that, in lines for people; nothing where nothing has run.</summary>
    public void WriteCost(TextWriter writer)
    {
        if (Totals.Attempts > 0)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"cost ${Totals.Cost:0.000000}, of it ${Totals.WastedCost:0.000000} wasted, by ${Prices.CoreHour} a core-hour and ${Prices.GibibyteHour} a GiB-hour"));
        }

        foreach (var change in Changes)
        {
            writer.WriteLine($"advice: {AdviceText.Of(change)}");
        }

        if (Changes.Count > 0)
        {
            writer.WriteLine($"`executor sizing patch {Run}` prints {(Changes.Count == 1 ? "this" : "these")} as YAML for the workflow's file");
        }
    }
}
