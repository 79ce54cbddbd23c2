using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.S3.Parts;

/// <summary>How long a tiny task waits for its commit, alone and beside tasks of the same run that write without end.</summary>
internal static class ClosingTimes
{
    private const int TinyTasks = 300;
    private const int LongStreams = 4;

    internal static async Task RunAsync(S3Settings settings, TextWriter report)
    {
        var (alone, beside) = (new List<Times>(), new List<Times>());
        for (var round = 0; round < settings.Rounds; round++)
        {
            await RunAsync(settings, alone, beside);
        }

        var table = new MarkdownTable(
            $"ms from the last block of a task of 10 KB until its commit stands, {TinyTasks} tasks one at a time, {settings.Rounds} rounds; median (least .. most)", "p50", "p99");
        table.Add("alone", Half(alone), Most(alone));
        table.Add($"beside {LongStreams} tasks that write 256 MiB each, again and again", Half(beside), Most(beside));
        table.WriteTo(report);

        static string Half(List<Times> all) => Spread.Of(all.Select(times => times.Half)).ToString("0");
        static string Most(List<Times> all) => Spread.Of(all.Select(times => times.Most)).ToString("0");
    }

    private static async Task RunAsync(S3Settings settings, List<Times> alone, List<Times> beside)
    {
        var (tiny, large) = (new Blocks(S3Settings.Seed, S3Settings.SmallRows), new Blocks(S3Settings.Seed));
        await using var pods = await StorePods.StartAsync(1, settings.InBucket);
        await MeasureAsync("warm-up");
        alone.Add(await MeasureAsync("alone"));
        using var ended = new CancellationTokenSource();
        var streams = StreamAsync();
        beside.Add(await MeasureAsync("beside"));
        await ended.CancelAsync();
        await streams;

        async Task<Times> MeasureAsync(string task)
        {
            var tasks = new AllToAll(pods.Channel, tiny, "close", TinyTasks, AllToAll.Width, atATime: 1, task);
            await tasks.WriteAsync(1);
            var sorted = tasks.Closings.Order().ToArray();
            return new Times(sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)]);
        }

        async Task StreamAsync()
        {
            for (var round = 0; !ended.IsCancellationRequested; round++)
            {
                await new AllToAll(pods.Channel, large, "close", LongStreams, AllToAll.Width, task: $"long-{round}").WriteAsync(256);
            }
        }
    }

    /// <summary>Of the tasks of one round.</summary>
    /// <param name="Half">Half of them took no longer.</param>
    /// <param name="Most">99 in 100 took no longer.</param>
    private sealed record Times(double Half, double Most);
}
