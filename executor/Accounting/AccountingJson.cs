using System.Text.Json;

namespace Executor.Accounting;

/// <summary>Writes accounting rows and totals as members of a JSON object that is begun.</summary>
internal static class AccountingJson
{
    /// <summary>The columns of a row, each under its name; null for what is not known.</summary>
    public static void WriteRow(Utf8JsonWriter json, AccountingRow row)
    {
        foreach (var column in AccountingColumns.All)
        {
            json.WritePropertyName(column.Name);
            WriteValue(json, column.Value(row));
        }
    }

    /// <summary>What attempts asked for, used and cost together.</summary>
    public static void WriteTotals(Utf8JsonWriter json, UsageTotals totals)
    {
        json.WriteNumber("attempts", totals.Attempts);
        json.WriteNumber("succeeded", totals.Succeeded);
        json.WriteNumber("retries", totals.Retries);
        json.WriteNumber("outOfMemory", totals.OutOfMemory);
        json.WriteNumber("elapsedSeconds", totals.ElapsedSeconds);
        json.WriteNumber("cpuSeconds", totals.CpuSeconds);
        json.WriteNumber("cpuSecondsRequested", totals.CpuRequestedSeconds);
        json.WriteNumber("peakMemoryBytes", totals.PeakMemoryBytes);
        json.WriteNumber("memoryRequestedBytes", totals.MemoryBytes);
        json.WriteNumber("requestedGigabyteSeconds", totals.RequestedGigabyteSeconds);
        json.WriteNumber("usedGigabyteSeconds", totals.UsedGigabyteSeconds);
        json.WriteNumber("wastedGigabyteSeconds", totals.WastedGigabyteSeconds);
        json.WriteNumber("outOfMemoryLostGigabyteSeconds", totals.OutOfMemoryLostGigabyteSeconds);
        json.WriteNumber("cost", totals.Cost);
        json.WriteNumber("wastedCost", totals.WastedCost);
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case DateTimeOffset time:
                json.WriteStringValue(time.UtcDateTime);
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}
