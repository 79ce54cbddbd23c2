using System.Diagnostics;
using System.Globalization;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;

namespace Executor.Benchmarks.ClusterScale;

/// <summary>Thousands of attempts as Jobs of a cluster whose nodes are fake: what the executor and the cluster's controllers make of them.</summary>
internal sealed class ClusterScaleBenchmark : IBenchmark
{
    private const int Nodes = 10;

    // Links of a chain that are left out: what runs for the first time is compiled first.
    private const int WarmUp = 20;

    public string Name => "cluster-scale";

    public string Summary =>
        "5,000 attempts as Jobs on fake nodes of the cluster of KUBECONFIG: rate, waiting for the Job controller, memory, requests, creations beside a bare loop of "
        + "POSTs, and the time from a pod's end to the Job that waited for it";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("instances", "attempts of the wide run, 5000 by default"),
        ("pending", "the most attempts that were launched and do not run yet, 500 by default"),
        ("creates", "Jobs of the comparison with a bare loop, 3000 by default, of which the first third is not counted"),
        ("rounds", "rounds of that comparison, 3 by default"),
        ("length", "links of each of the four chains that latency is measured on, one after the other, 100 by default"),
        ("managed", "yes for a fake API server that leaves Jobs to the executor in place of the cluster"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var instances = options.Count("instances", 5000);
        var pending = options.Count("pending", 500);
        var creates = options.Count("creates", 3000);
        var rounds = options.Count("rounds", 3);
        var length = options.Count("length", 100);
        var managed = options.Text("managed") == "yes";
        options.RejectOthers();
        await using var cluster = managed ? await ScaleCluster.StartFakeAsync() : await ScaleCluster.ConnectAsync();
        await using var store = await StoreProcess.StartAsync(directory: null);
        await using var nodes = await FakeNodesRole.StartAsync(cluster, store, Nodes);
        report.WriteLine($"On {cluster.Description}, {Nodes} fake nodes; the store, the nodes and the executor are processes of their own.");
        report.WriteLine();
        await MeasureLatencyAsync(cluster, store, nodes, length, report);
        if (!managed)
        {
            await MeasureCreatesAsync(cluster, store, creates, rounds, report);
        }

        await MeasureWideAsync(cluster, store, nodes, instances, pending, report);
    }

    private static async Task MeasureLatencyAsync(ScaleCluster cluster, StoreProcess store, LineProcess nodes, int length, TextWriter report)
    {
        var table = new MarkdownTable(
            "from a pod's end, as its node sends it, to the POST of the Job that waited for it", "edges", "p50 ms", "p99 ms", "p50 ms until seen", "p50 ms from there", "p99 ms from there");

        // The API server, the store and the nodes get faster for a while from the first chain on, so that each kind comes early and late.
        string[] kinds = [ScalePlans.ControlEdge, ScalePlans.DataEdge, ScalePlans.DataEdge, ScalePlans.ControlEdge];
        foreach (var (turn, kind) in kinds.Index())
        {
            var run = $"{kind}-{Text(turn)}";
            var figures = await ScaleRole.MeasureAsync(cluster, store, "--run", run, "--chain", kind, "--length", Text(length + WarmUp));
            var seen = await nodes.AskAsync<Sightings>("sightings");
            var edges = Enumerable.Range(WarmUp, length).Select(place => (Before: Key(place - 1), Posted: figures.JobSent[Key(place)])).ToList();
            var whole = edges.Select(edge => Milliseconds(seen.EndSent[edge.Before], edge.Posted));
            var untilSeen = edges.Select(edge => Milliseconds(seen.EndSent[edge.Before], figures.EndSeen[edge.Before]));
            var fromThere = edges.Select(edge => Milliseconds(figures.EndSeen[edge.Before], edge.Posted)).ToList();
            var name = kind == ScalePlans.ControlEdge ? "control edges" : "data edges";
            table.Add(name, Text(edges.Count), Text(At(whole, 0.5)), Text(At(whole, 0.99)), Text(At(untilSeen, 0.5)), Text(At(fromThere, 0.5)), Text(At(fromThere, 0.99)));

            string Key(int place) => $"{run}/{ScalePlans.NameOf(kind, place)}/0";
        }

        table.WriteTo(report);
        report.WriteLine();
    }

    private static async Task MeasureCreatesAsync(ScaleCluster cluster, StoreProcess store, int count, int rounds, TextWriter report)
    {
        var loops = new List<ScaleFigures>();
        var drivers = new List<ScaleFigures>();
        for (var round = 0; round < rounds; round++)
        {
            // Who comes second finds the cluster busy with what the first has left, so they change places.
            if (round % 2 == 0)
            {
                loops.Add(await LoopAsync(round));
                drivers.Add(await DriverAsync(round));
            }
            else
            {
                drivers.Add(await DriverAsync(round));
                loops.Add(await LoopAsync(round));
            }
        }

        var table = new MarkdownTable($"creation of {count} Jobs, with their pods where the server leaves those to the executor, that nobody goes on with; {rounds} rounds", "attempts/s", "processor time of the process, ms an attempt");
        var (rates, costs) = (drivers.Select(round => round.LaunchesPerSecond()), drivers.Select(round => round.CpuPerLaunch()));
        var (loopRates, loopCosts) = (loops.Select(round => round.LaunchesPerSecond()), loops.Select(round => round.CpuPerLaunch()));
        table.Add("the executor", Spread.Of(rates).ToString("0"), Spread.Of(costs).ToString("0.00"));
        table.Add("a loop of concurrent POSTs of the same bodies", Spread.Of(loopRates).ToString("0"), Spread.Of(loopCosts).ToString("0.00"));
        table.Add("executor / loop", Spread.Ratio(rates, loopRates).ToString("0.00"), Spread.Ratio(costs, loopCosts).ToString("0.00"));
        table.WriteTo(report);
        report.WriteLine();

        Task<ScaleFigures> LoopAsync(int round) =>
            ScaleRole.MeasureAsync(cluster, store, "--run", $"loop-{round}", "--instances", Text(count), "--creates", "loop");

        Task<ScaleFigures> DriverAsync(int round) => ScaleRole.MeasureAsync(
            cluster, store, "--run", $"driver-{round}", "--instances", Text(count), "--creates", "driver", "--pending", Text(count));
    }

    private static async Task MeasureWideAsync(
        ScaleCluster cluster, StoreProcess store, LineProcess nodes, int instances, int pending, TextWriter report)
    {
        await nodes.AskAsync("forget");
        var figures = await ScaleRole.MeasureAsync(
            cluster, store, "--run", "wide", "--instances", Text(instances), "--pending", Text(pending));
        var seen = await nodes.AskAsync<Sightings>("sightings");
        var whole = figures.JobSent.Sum(job => Milliseconds(job.Value, figures.Ended[job.Key]));
        var controller = figures.JobAnswered.Sum(job => Milliseconds(job.Value, seen.PodSeen[job.Key]));
        var pod = figures.JobSent.Keys.Sum(key => Milliseconds(seen.PodSeen[key], seen.EndSent[key]));
        var table = new MarkdownTable($"{instances} instances in one run, at most {pending} pending", "");
        table.Add("instances/s", Text(instances / figures.Seconds));
        table.Add("seconds", Text(figures.Seconds));
        table.Add("share of an attempt's time between Job and pod, %", Text(100 * controller / whole));
        table.Add("share from the pod to its end (scheduler, fake node, commit), %", Text(100 * pod / whole));
        table.Add("ms from Job to pod, mean", Text(controller / instances));
        table.Add("peak memory of the executor, MiB", Text(figures.PeakBytes / 1048576.0));
        table.Add("processor time of the executor, ms an attempt", Text(figures.CpuSeconds * 1000 / instances));
        table.Add("attempts that failed", Text(figures.Failed));
        table.WriteTo(report);
        report.WriteLine();
        var requests = new MarkdownTable("requests of the executor", "in all", "an attempt");
        foreach (var (name, count) in figures.Requests.OrderByDescending(request => request.Value))
        {
            requests.Add(name, Text(count), ((double)count / instances).ToString("0.0000", CultureInfo.InvariantCulture));
        }

        requests.WriteTo(report);
    }

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    /// <summary>The least value that such a share of all does not exceed.</summary>
    private static double At(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    private static string Text(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
