using Executor.Benchmarks.Running;
using Executor.Benchmarks.S3.Parts;

namespace Executor.Benchmarks.S3;

/// <summary>The store on a bucket: beside the SDK's bare client on the same server, and how requests, memory, rates and times follow from the numbers of tasks and partitions.</summary>
internal sealed class S3Benchmark : IBenchmark
{
    private static readonly (string Name, string What, Func<S3Settings, TextWriter, Task> RunAsync)[] Parts =
    [
        ("compare", "the store beside bare AWSSDK.S3", Comparison.RunAsync),
        ("requests", "requests and rates by tasks and partitions", RequestsByWidth.RunAsync),
        ("memory", "the store's memory by tasks and partitions", MemoryByWidth.RunAsync),
        ("small", "many small instances", SmallTasks.RunAsync),
        ("closing", "from a tiny task's last block to its commit", ClosingTimes.RunAsync),
    ];

    public string Name => "s3";

    public string Summary => "a shuffle through the store on a bucket of S3, beside the same bytes through bare AWSSDK.S3 (eval \"$(scripts/s3 env)\" first)";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("part", $"only one of these: {string.Join("; ", Parts.Select(part => $"{part.Name} ({part.What})"))}"),
        ("mib", "data in MiB, 512 by default"),
        ("rounds", "rounds of the comparison and of the closing times, 3 by default"),
        ("small", "instances that write 10 KB each, 5,000 by default"),
        ("part-mib", "parts and ranges of the client that the store is compared with, 8 by default as in the SDK's own transfers"),
        ("processors", "how many processors clients, store and server have in the comparison, each its own, as on machines of their own, such as 0.6; by control groups, as root"),
        ("directory", "yes for a folder in place of the bucket, in the parts memory and closing"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var settings = new S3Settings(
            options.Count("mib", 512), options.Count("rounds", 3), options.Count("small", 5000), InBucket: options.Text("directory") != "yes",
            options.Count("part-mib", 8), options.Number("processors"));
        var only = options.Text("part");
        options.RejectOthers();
        if (only is not null && !Array.Exists(Parts, part => part.Name == only))
        {
            throw new OptionException($"--part: found '{only}', expected one of {string.Join(", ", Parts.Select(part => part.Name))}");
        }

        if (settings.InBucket || only is not ("memory" or "closing"))
        {
            BenchmarkBucket.Require();
        }

        foreach (var part in Parts.Where(part => only is null || part.Name == only))
        {
            await part.RunAsync(settings, report);
            report.WriteLine();
        }
    }
}
