using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Executor.Accounting;
using Executor.Outcomes;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Accounting;

public sealed class AccountingColumnsTests
{
    [Fact]
    public void Every_column_is_documented_in_its_order()
    {
        var documented = File.ReadLines(Path.Combine(Repository.Root, "docs", "accounting.md"))
            .SkipWhile(line => line != "## Columns")
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => Regex.Match(line, @"^\| `(\w+)` \|"))
            .Where(match => match.Success)
            .Select(match => match.Groups[1].Value);

        Assert.Equal(AccountingColumns.All.Select(column => column.Name), documented);
        Assert.All(AccountingColumns.All, column => Assert.Matches("^[a-z]+(_[a-z]+)*$", column.Name));
    }

    [Fact]
    public void Csv_and_json_say_the_same()
    {
        var row = SampleRows.Row(SampleRows.Attempt(AttemptCause.Failed, SampleRows.Usage) with { Placement = SampleRows.Placement });
        using var csv = new StringWriter();
        new AccountingCsv(csv).Add(row);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            AccountingJson.WriteRow(json, row);
            json.WriteEndObject();
        }

        using var parsed = JsonDocument.Parse(buffer.ToArray());
        var lines = csv.ToString().Split('\n');
        var cells = lines[0].Split(',').Zip(lines[1].Split(',')).ToDictionary(cell => cell.First, cell => cell.Second);
        Assert.Equal(parsed.RootElement.EnumerateObject().Select(member => member.Name), cells.Keys);
        foreach (var member in parsed.RootElement.EnumerateObject())
        {
            var cell = cells[member.Name];
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Null:
                    Assert.Equal("", cell);
                    break;
                case JsonValueKind.String when DateTime.TryParse(cell, out _):
                    Assert.Equal(member.Value.GetDateTimeOffset(), DateTimeOffset.Parse(cell, System.Globalization.CultureInfo.InvariantCulture));
                    break;
                default:
                    Assert.Equal(member.Value.ToString().ToUpperInvariant(), cell.ToUpperInvariant());
                    break;
            }
        }

        Assert.Equal(("1", "heavy", "exit", "cgroup_v2", "runner"), (cells["version"], cells["class"], cells["measure_source"], cells["measure_scope"], cells["elapsed_source"]));
        Assert.Equal(("pod-1", "job-1", "2026-11-21T23:59:47.0000000Z"), (cells["pod_uid"], cells["job_uid"], cells["pod_created"]));
    }

    [Fact]
    public void Csv_quotes_what_would_break_it()
    {
        var attempt = SampleRows.Attempt(AttemptCause.Failed);
        using var csv = new StringWriter();

        new AccountingCsv(csv).Add(SampleRows.Row(attempt with { Outcome = attempt.Outcome with { Reason = "a \"word\", and\nmore" } }));

        Assert.Contains(",\"a \"\"word\"\", and\nmore\",", csv.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Instances_are_totalled_over_their_attempts_in_order()
    {
        var accounts = new InstanceAccounts();
        foreach (var attempt in new[]
        {
            SampleRows.Attempt(AttemptCause.OutOfMemory, SampleRows.Usage, index: 10),
            SampleRows.Attempt(AttemptCause.Succeeded, SampleRows.Usage, index: 10, attempt: 2),
            SampleRows.Attempt(AttemptCause.Succeeded, SampleRows.Usage, index: 9),
        })
        {
            accounts.Add(SampleRows.Row(attempt));
        }

        Assert.Equal(["work[9]", "work[10]"], accounts.All.Select(one => one.Instance.ToString()));
        var (_, totals, last) = accounts.All.Last();
        Assert.Equal((2, 1, 1, 1, AttemptCause.Succeeded), (totals.Attempts, totals.Failed, totals.OutOfMemory, totals.Retries, last.Outcome.Cause));
        Assert.Equal((40 + 30, 40), (totals.WastedGigabyteSeconds, totals.OutOfMemoryLostGigabyteSeconds));
        var text = new StringBuilder();
        using (var writer = new StringWriter(text))
        {
            accounts.Write(writer);
        }

        Assert.Matches(@"(?m)^work\[10\] +2 +1 +20\.0s +10\.0s +25% ", text.ToString());
    }
}
