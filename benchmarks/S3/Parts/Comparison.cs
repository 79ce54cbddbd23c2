using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.S3.Parts;

/// <summary>
/// The same bytes through the store, through the SDK's bare client, and through that client with a relay before the server, taking turns. The first turns
/// are not measured: they pay for compilation, which a store that has been up for a while, and is precompiled in its image, does not.
/// </summary>
internal static class Comparison
{
    private const string BarePrefix = "benchmark-bare/";

    internal static async Task RunAsync(S3Settings settings, TextWriter report)
    {
        var blocks = new Blocks(S3Settings.Seed);
        var (stores, bare, relayed) = (new List<Turn>(), new List<Turn>(), new List<Turn>());
        await using var relay = await RelayProcess.StartAsync(BenchmarkBucket.Endpoint);
        await using var pods = await StorePods.StartAsync(1, inBucket: true);
        using var shares = settings.Processors is { } each ? new ProcessorShares(each) : null;
        if (shares is not null)
        {
            // The clients are this process, which has started the store and the relay: these leave its share for their own.
            foreach (var party in (int[])[BenchmarkBucket.ServerProcess, Environment.ProcessId, relay.Id, pods.First.Id])
            {
                shares.Give(party);
            }
        }

        for (var round = 0; round <= settings.Rounds; round++)
        {
            var through = await ThroughStoreAsync(pods.First, blocks, settings.Mebibytes, $"round-{round}");
            var direct = await BareAsync(blocks, settings, BenchmarkBucket.Endpoint, null);
            var copied = await BareAsync(blocks, settings, relay.Address, relay.Id);
            if (round > 0)
            {
                stores.Add(through);
                bare.Add(direct);
                relayed.Add(copied);
            }
        }

        report.WriteLine(
            $"{settings.Mebibytes} MiB by {AllToAll.Width} tasks to {AllToAll.Width} partitions, {settings.Rounds} rounds, contenders taking turns; the bare client's parts have {settings.PartMebibytes} MiB; median (least .. most)");
        report.WriteLine(settings.Processors is { } own
            ? $"{own:0.##} processors each for clients, store, relay and server, which nobody else has."
            : $"{Environment.ProcessorCount} processors for clients, store, relay and server together.");
        report.WriteLine();
        (string Name, List<Turn> Turns)[] contenders =
        [
            ("the store: sorted by partition, committed, verified", stores),
            ("bare AWSSDK.S3: an object a task, nothing sorted or verified", bare),
            ("the same by a relay that copies bytes", relayed),
        ];
        var rates = new MarkdownTable("", "in MB/s", "out MB/s");
        foreach (var (name, turns) in contenders)
        {
            rates.Add(name, In(turns).ToString("0"), Out(turns).ToString("0"));
        }

        AddRatio("store / bare", stores, bare);
        AddRatio("relay / bare", relayed, bare);
        AddRatio("store / relay", stores, relayed);
        rates.WriteTo(report);
        report.WriteLine();

        var costs = new MarkdownTable("processor time, s a GB", "clients, in", "between", "server", "clients, out", "between", "server");
        foreach (var (name, turns) in contenders)
        {
            costs.Add(
                [name, .. new[] { Cost(turn => turn.In.Clients), Cost(turn => turn.In.Between), Cost(turn => turn.In.Server), Cost(turn => turn.Out.Clients), Cost(turn => turn.Out.Between), Cost(turn => turn.Out.Server) }]);

            string Cost(Func<Turn, double> seconds) => Spread.Of(turns.Select(turn => seconds(turn) / turn.Bytes * 1e9)).ToString("0.0");
        }

        costs.WriteTo(report);

        void AddRatio(string name, List<Turn> one, List<Turn> other) => rates.Add(
            name,
            Spread.Ratio(one.Select(turn => turn.RateIn), other.Select(turn => turn.RateIn)).ToString("0.00"),
            Spread.Ratio(one.Select(turn => turn.RateOut), other.Select(turn => turn.RateOut)).ToString("0.00"));

        static Spread In(List<Turn> turns) => Spread.Of(turns.Select(turn => turn.RateIn));
        static Spread Out(List<Turn> turns) => Spread.Of(turns.Select(turn => turn.RateOut));
    }

    private static async Task<Turn> ThroughStoreAsync(StoreProcess store, Blocks blocks, int mebibytes, string run)
    {
        var each = mebibytes / AllToAll.Width;
        var bytes = (long)each * AllToAll.Width * blocks.PayloadBytes;
        var shuffle = new AllToAll(store.Channel, blocks, run);
        return new Turn(bytes, await Passage.OfAsync(store.Id, () => shuffle.WriteAsync(each)), await Passage.OfAsync(store.Id, () => shuffle.ReadAsync(bytes)));
    }

    private static async Task<Turn> BareAsync(Blocks blocks, S3Settings settings, Uri endpoint, int? relay)
    {
        using var client = new BareClient(blocks, BarePrefix, endpoint, settings.PartMebibytes << 20);
        await client.WriteAsync(AllToAll.Width, 4);
        var each = settings.Mebibytes / AllToAll.Width;
        var bytes = (long)each * AllToAll.Width * blocks.PayloadBytes;
        var turn = new Turn(
            bytes, await Passage.OfAsync(relay, () => client.WriteAsync(AllToAll.Width, each)), await Passage.OfAsync(relay, () => client.ReadAsync(AllToAll.Width, bytes)));
        await BenchmarkBucket.ClearAsync(BarePrefix);
        return turn;
    }

    /// <summary>What one contender did in one round.</summary>
    private sealed record Turn(long Bytes, Passage In, Passage Out)
    {
        internal double RateIn => Bytes / In.Seconds / 1e6;

        internal double RateOut => Bytes / Out.Seconds / 1e6;
    }

    /// <summary>How long the bytes took one way, and whose processor time went into it.</summary>
    private sealed record Passage(double Seconds, double Clients, double Between, double Server)
    {
        internal static async Task<Passage> OfAsync(int? between, Func<Task<double>> work)
        {
            var before = Times();
            var seconds = await work();
            var after = Times();
            return new Passage(seconds, after.Clients - before.Clients, after.Between - before.Between, after.Server - before.Server);

            (double Clients, double Between, double Server) Times() => (
                Environment.CpuUsage.TotalTime.TotalSeconds,
                between is { } process ? ProcessorTime.OfTree(process) : 0,
                ProcessorTime.OfTree(BenchmarkBucket.ServerProcess));
        }
    }
}
