using System.Globalization;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Hosting;

/// <summary>What docs/store.md says of a store's memory, of a process of the store's own: by its largest resident set.</summary>
public sealed class ProcessMemoryTests
{
    private const string Run = "run";
    private const int Mebibyte = 1 << 20;
    private const int IngestMib = 24;
    private const int ReadMib = 64;
    private const int ReadersAtATime = 64;

    /// <summary>200 MB, in which everything has its place that does not grow with anything.</summary>
    private const long RestBytes = 200_000_000;

    /// <summary>A client with a call under way, and what a writer may send unasked.</summary>
    private const long ClientBytes = (80 << 10) + (256 << 10);

    private static readonly string[] Flags =
    [
        "--window-mib", "8", "--ingest-budget-mib", $"{IngestMib}", "--read-budget-mib", $"{ReadMib}", "--receive-budget-mib", "24",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Eight times what the budgets hold, and blocks that become ever smaller.
    [Theory]
    [InlineData(16, 16, 64, 512 << 10)]
    [InlineData(16, 4096, 8192, 4 << 10)]
    [InlineData(512, 512, 512, 2 << 10)]
    public async Task It_stays_within_its_budgets_and_200_MB_and_what_each_client_may_take_by_however_many_partitions(int tasks, int partitions, int blocksPerTask, int blockBytes)
    {
        using var folder = new TemporaryFolder();
        using var store = await StoreProcess.StartAsync(Path.Combine(folder.Path, "store.key"), 0, Token, ["--directory", folder.Path, .. Flags]);
        var payload = SampleData.Numbers(new Random(1), blockBytes / sizeof(long));

        var commits = await Task.WhenAll(Enumerable.Range(0, tasks).Select(index => Task.Run(
            async () =>
            {
                await using var channel = new FlightShuffleChannel(Options(store));
                var blocks = Enumerable.Range(0, blocksPerTask).Select(sequence => ((sequence + index) % partitions, payload));
                var commit = await SampleData.WriteAsync(channel, SampleData.Writer(Run, index), partitions, blocks, Token);
                return await channel.CommitAsync(commit, Token);
            },
            Token)));
        Assert.All(commits, commit => Assert.True(commit.Won));
        await using var records = new FlightRunRecords(Options(store));
        await records.SealAsync(SampleData.SealOf(Run, partitions, new int[tasks]), Token);

        long read = 0;
        await using (var channel = new FlightShuffleChannel(Options(store)))
        {
            await Parallel.ForAsync(0, partitions, new ParallelOptions { MaxDegreeOfParallelism = ReadersAtATime, CancellationToken = Token }, async (partition, token) =>
            {
                await foreach (var block in channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0), partition), token))
                {
                    Interlocked.Increment(ref read);
                }
            });
        }

        Assert.Equal((long)tasks * blocksPerTask, read);
        var peak = PeakBytesOf(store);
        TestContext.Current.TestOutputHelper!.WriteLine($"{peak >> 20} MiB");
        Assert.InRange(peak, 1, ((IngestMib + ReadMib) * (long)Mebibyte) + RestBytes + (Math.Max(tasks, ReadersAtATime) * ClientBytes));
    }

    private static FlightChannelOptions Options(StoreProcess store) => new() { Endpoints = [store.Address], Key = store.OperatorKey, CreditBytes = 4 * Mebibyte };

    private static long PeakBytesOf(StoreProcess store)
    {
        var line = File.ReadLines($"/proc/{store.Id}/status").Single(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
