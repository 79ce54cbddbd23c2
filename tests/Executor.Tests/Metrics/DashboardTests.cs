using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Executor.Metrics;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.TestKit;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Metrics;

/// <summary>The chart's dashboard, held against the instruments that a driver and a store have.</summary>
public sealed partial class DashboardTests
{
    private static JsonNode Dashboard => JsonNode.Parse(File.ReadAllText(Repository.PathOf("charts", "executor", "dashboards", "executor.json")))!;

    [Fact]
    public async Task Every_query_names_metrics_and_labels_that_a_driver_or_a_store_shows()
    {
        var names = await ExportedAsync();
        var queries = QueriesOf(Dashboard).ToList();
        Assert.True(queries.Count > 30, $"{queries.Count} queries");
        foreach (var query in queries)
        {
            var used = Name().Matches(query).Select(match => match.Value).ToList();
            Assert.NotEmpty(used);
            Assert.All(used, name => Assert.True(names.Contains(name), $"{name} in {query} is none of\n{string.Join('\n', names.Order(StringComparer.Ordinal))}"));
            var labels = Label().Matches(query).Select(match => match.Groups["label"].Value);
            Assert.All(labels, label => Assert.Contains(label, (string[])["workflow", "run", "class", "state", "status", "job"]));
        }
    }

    [Fact]
    public void Panels_lie_beside_each_other_and_have_numbers_of_their_own()
    {
        var panels = Dashboard["panels"]!.AsArray().Select(panel => panel!).ToList();
        Assert.Equal(panels.Count, panels.Select(panel => panel["id"]!.GetValue<int>()).Distinct().Count());
        var cells = panels.SelectMany(panel =>
        {
            var (x, y, w, h) = (At(panel, "x"), At(panel, "y"), At(panel, "w"), At(panel, "h"));
            Assert.True(x + w <= 24, panel["title"]!.GetValue<string>());
            return from column in Enumerable.Range(x, w) from row in Enumerable.Range(y, h) select (column, row);
        }).ToList();
        Assert.Equal(cells.Count, cells.Distinct().Count());

        static int At(JsonNode panel, string side) => panel["gridPos"]![side]!.GetValue<int>();
    }

    private static IEnumerable<string> QueriesOf(JsonNode? node) => node switch
    {
        JsonObject item => item.SelectMany(pair => pair.Key is "expr" or "definition" ? [pair.Value!.GetValue<string>()] : QueriesOf(pair.Value)),
        JsonArray list => list.SelectMany(QueriesOf),
        _ => [],
    };

    // By the conventions themselves: dots become underscores, base units and _total come at the end.
    private static async Task<HashSet<string>> ExportedAsync()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                var name = instrument.Name.Replace('.', '_') + (instrument.Unit switch { "By" => "_bytes", "s" => "_seconds", _ => "" });
                var kind = instrument.GetType().Name;
                foreach (var suffix in (string[])(kind.StartsWith("Histogram", StringComparison.Ordinal) ? ["_bucket", "_sum", "_count"]
                    : kind.Contains("Counter", StringComparison.Ordinal) ? ["_total"] : [""]))
                {
                    lock (names)
                    {
                        names.Add(name + suffix);
                    }
                }
            },
        };
        listener.Start();
        using var run = new RunInstruments(Plans.Chain(1), "r");
        await using var store = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), MetricsListen = new(System.Net.IPAddress.Loopback, 0) }, TestContext.Current.CancellationToken);
        lock (names)
        {
            return [.. names];
        }
    }

    [GeneratedRegex(@"\b(executor|process|dotnet)_[a-z0-9_]+\b")]
    private static partial Regex Name();

    [GeneratedRegex("""(?<=[{,])(?<label>[a-z_]+)(=|!=|=~|!~)"|(?<=[{,])(?<label>[a-z_]+)(=~|!~)""")]
    private static partial Regex Label();
}
