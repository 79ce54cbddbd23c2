using Executor.Benchmarks.S3;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Benchmarks.Processes;

/// <summary>Some stores over one folder or one bucket, with one key; what they keep is gone with them.</summary>
internal sealed class StorePods : IAsyncDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly string? _prefix;
    private readonly List<StoreProcess> _pods = [];

    private StorePods(bool inBucket) => _prefix = inBucket ? $"benchmark-{Guid.NewGuid():n}/" : null;

    internal StoreProcess First => _pods[0];

    /// <summary>Their processes.</summary>
    internal IEnumerable<int> Ids => _pods.Select(pod => pod.Id);

    /// <summary>Starts so many.</summary>
    /// <param name="count">How many.</param>
    /// <param name="inBucket">Whether they keep everything in the bucket of the environment; else in a folder of the scratch disk.</param>
    internal static async Task<StorePods> StartAsync(int count, bool inBucket)
    {
        var pods = new StorePods(inBucket);
        var key = Path.Combine(pods._scratch.Path, "store.key");
        for (var number = 0; number < count; number++)
        {
            pods._pods.Add(pods._prefix is { } prefix
                ? await StoreProcess.StartOnBucketAsync(prefix, key)
                : await StoreProcess.StartAsync(Path.Combine(pods._scratch.Path, "objects"), key));
        }

        return pods;
    }

    /// <summary>How to reach them all.</summary>
    internal FlightChannelOptions Channel() => First.Channel() with { Endpoints = [.. _pods.Select(pod => pod.Address)] };

    /// <summary>What all of them have done so far; the peak is of the largest.</summary>
    internal async Task<StoreMeasures> MeasureAsync()
    {
        var all = new List<StoreMeasures>();
        foreach (var pod in _pods)
        {
            all.Add(await pod.MeasureAsync());
        }

        return new StoreMeasures(
            all.Sum(pod => pod.Writes), all.Sum(pod => pod.Reads), all.Sum(pod => pod.BytesWritten), all.Max(pod => pod.PeakBytes), all.Sum(pod => pod.CpuSeconds));
    }

    /// <summary>What a run has in the store.</summary>
    internal async Task<RunStatistics> StatisticsAsync(string run)
    {
        await using var records = new FlightRunRecords(Channel());
        return await records.GetStatisticsAsync(run, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in _pods)
        {
            await pod.DisposeAsync();
        }

        if (_prefix is not null)
        {
            await BenchmarkBucket.ClearAsync(_prefix);
        }

        _scratch.Dispose();
    }
}
