using System.Globalization;
using System.Text.Json.Nodes;
using Cluster.Tests.Harness;
using Executor.Kubernetes.Models;
using Executor.TestKit;

namespace Cluster.Tests.Runs;

/// <summary>
/// A task whose memory grows with its input, run again and again on a cluster: what its pods get follows what earlier ones used. Not beside the tests that measure programs
/// to two percent: a dozen pods at a time keep all processors busy.
/// </summary>
[Collection(nameof(AccountingTests))]
public sealed class SizingTests(SharedInstallation shared, ITestOutputHelper log)
{
    private const int Partitions = 12;
    private const long Asked = 1L << 30;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_second_run_wastes_at_most_two_fifths_of_the_first_and_a_doubled_input_does_not_fall_over()
    {
        const int Seed = 1;
        var random = new Random(Seed);
        var installation = await shared.GetAsync(Cancellation);

        var first = await RunAsync(installation, "grown-first", Sizes(random, 1), mode: "recommend");
        var second = await RunAsync(installation, "grown-second", Sizes(random, 1), mode: "apply");
        var doubled = await RunAsync(installation, "grown-doubled", Sizes(random, 2), mode: "apply");

        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Wasted(first):0.00} GB wasted, then {Wasted(second):0.00} GB, and {Wasted(doubled):0.00} GB with twice the input"));
        Assert.All(first, attempt => Assert.Equal(Asked, attempt.Given));
        Assert.All(second, attempt => Assert.Equal("Succeeded", attempt.Cause));
        Assert.Equal((Partitions, Partitions), (first.Count, second.Count));
        Assert.True(Wasted(second) <= 0.4 * Wasted(first), $"{Wasted(second)} GB and {Wasted(first)} GB wasted, seed {Seed}");
        Assert.Equal(Partitions, doubled.Count(attempt => attempt.Cause == "Succeeded"));
    }

    private static string Sizes(Random random, int scale) => string.Join(' ', Enumerable.Range(0, Partitions).Select(_ => random.Next(4_000, 10_000) * scale));

    // Given and not used, without the time for which it was held, which would let a busy machine decide; all that was given of an attempt that ran out of memory.
    private static double Wasted(IEnumerable<SizedAttempt> attempts) => attempts.Sum(attempt => attempt.Cause == "Succeeded" ? attempt.Given - attempt.Peak : attempt.Given) / 1e9;

    // The example, by a name of its own: what is learned of a class is learned by all runs of the store.
    private static async Task<string> WorkflowAsync(Installation installation, string mode)
    {
        var path = installation.PathOf($"grown-{mode}.yaml");
        var example = await File.ReadAllTextAsync(Repository.PathOf("examples", "sizing", "workflow.yaml"), Cancellation);
        await File.WriteAllTextAsync(
            path,
            example.Replace("{name: growing}", "{name: grown}", StringComparison.Ordinal)
                .Replace("sizing: apply", $"sizing: {mode}", StringComparison.Ordinal)
                .Replace("\nspec:\n", "\nspec:\n  defaults: {resources: {cpu: 250m, memory: 128Mi}}\n", StringComparison.Ordinal),
            Cancellation);
        return path;
    }

    // What every pod requests, and is limited to, is what was decided of its attempt, and what its row is accounted by.
    private async Task<IReadOnlyList<SizedAttempt>> RunAsync(Installation installation, string run, string sizes, string mode)
    {
        var workflow = await WorkflowAsync(installation, mode);
        (await installation.ExecutorAsync("run", workflow, "--parameter", $"sizes={sizes}", "--run-id", run, "--keep-files")).Expect(0);
        var explaining = LinesAsync(installation, "sizing", "explain", run, "use", "--output", "json");
        var reporting = LinesAsync(installation, "report", run, "--output", "json", "--rows");
        var decided = (await explaining).ToDictionary(
            attempt => ((int)attempt["index"]!, (int)attempt["attempt"]!), attempt => (Given: (long)attempt["givenBytes"]!, Expert: (string)attempt["expert"]!));
        var pods = (await installation.PodsAsync(run, "use")).ToDictionary(pod => pod.Metadata.Uid!);
        var attempts = new List<SizedAttempt>();
        foreach (var row in (await reporting).Where(line => (string?)line["task"] == "use" && line.ContainsKey("pod_uid")))
        {
            var given = (long)row["memory_request_bytes"]!;
            var resources = pods[(string)row["pod_uid"]!].Spec!.Containers!.Single(container => container.Name == "task").Resources!;
            Assert.Equal((given, given), (Bytes(resources.Requests), Bytes(resources.Limits)));
            var (planned, expert) = decided[((int)row["index"]!, (int)row["attempt"]!)];
            Assert.Equal(given, planned);
            Assert.Equal("Guaranteed", (string?)row["qos"]);
            attempts.Add(new SizedAttempt((int)row["index"]!, (string)row["cause"]!, given, (long?)row["memory_peak_bytes"] ?? 0, (long?)row["input_bytes"], expert));
            log.WriteLine($"{run}: {attempts[^1]}");
        }

        Assert.Equal(pods.Count, attempts.Count);
        return attempts;

        static long Bytes(IDictionary<string, ResourceQuantity>? amounts) => (long)amounts!["memory"].ToDecimal();
    }

    private static async Task<IReadOnlyList<JsonObject>> LinesAsync(Installation installation, params string[] arguments) =>
        [.. (await installation.ExecutorAsync(arguments)).Expect(0).OutputLines.Select(line => JsonNode.Parse(line)!.AsObject())];

    private sealed record SizedAttempt(int Index, string Cause, long Given, long Peak, long? Input, string Expert);
}
