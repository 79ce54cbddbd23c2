using System.Text.Json;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Running;
using Executor.Benchmarks.S3;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Security;
using Executor.Shuffle.S3;
using Executor.TestKit.Certificates;

namespace Executor.Benchmarks.Processes;

/// <summary>The process that <see cref="StoreProcess"/> starts.</summary>
internal static class StoreRole
{
    // As the store's own command line has it.
    private static readonly ShuffleEngineOptions OverBucket = new()
    {
        Ingest = new IngestOptions { WindowBytes = IngestOptions.BucketWindowBytes, BudgetBytes = IngestOptions.BucketBudgetBytes },
        Serving = S3ObjectStore.Reading,
    };

    internal static async Task RunAsync(Options options)
    {
        var directory = options.Text("directory");
        var keyFile = options.Text("key-file");
        var bucketPrefix = options.Text("bucket-prefix");
        using var authority = options.Text("tls") is null ? null : new TestAuthority();
        options.RejectOthers();
        using var scratch = new ScratchFolder();
        await using IObjectStore? objects = directory is not null ? null : bucketPrefix is null ? new MemoryObjectStore() : BenchmarkBucket.Open(bucketPrefix);
        await using var store = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions
            {
                Directory = directory,
                ObjectStore = objects,
                KeyFile = keyFile,
                Engine = bucketPrefix is null ? new ShuffleEngineOptions() : OverBucket,
                Tls = authority is null ? null : Certificate(authority, scratch),
            },
            CancellationToken.None);
        Console.WriteLine(JsonSerializer.Serialize(new StoreGreeting(store.Address, store.OperatorKey, authority?.CertificatePem)));
        while (await Console.In.ReadLineAsync() is not null)
        {
            var counters = store.Counters;
            Console.WriteLine(JsonSerializer.Serialize(new StoreMeasures(
                counters.Puts + counters.Creates, counters.Gets, counters.BytesWritten, ProcessMemory.PeakBytes(), Environment.CpuUsage.TotalTime.TotalSeconds)));
        }
    }

    private static TlsFiles Certificate(TestAuthority authority, ScratchFolder scratch)
    {
        var (certificate, key) = authority.ServerPem();
        var files = new TlsFiles(Path.Combine(scratch.Path, "tls.crt"), Path.Combine(scratch.Path, "tls.key"));
        File.WriteAllText(files.Certificate, certificate);
        File.WriteAllText(files.Key, key);
        return files;
    }
}
