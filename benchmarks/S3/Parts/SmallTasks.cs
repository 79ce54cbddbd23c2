using System.Globalization;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.S3.Parts;

/// <summary>Many instances that write little: how many objects and requests they take.</summary>
internal static class SmallTasks
{
    private const int AtATime = 64;

    internal static async Task RunAsync(S3Settings settings, TextWriter report)
    {
        var instances = settings.SmallInstances;
        var blocks = new Blocks(S3Settings.Seed, S3Settings.SmallRows);
        await using var pods = await StorePods.StartAsync(1, inBucket: true);
        var shuffle = new AllToAll(pods.Channel, blocks, "small", instances, AllToAll.Width, AtATime);
        var before = await pods.First.MeasureAsync();
        var written = await shuffle.WriteAsync(1);
        var between = await pods.First.MeasureAsync();
        var read = await shuffle.ReadAsync((long)instances * blocks.PayloadBytes);
        var after = await pods.First.MeasureAsync();
        var statistics = await pods.StatisticsAsync("small");
        var table = new MarkdownTable($"{instances} instances that write 10 KB each, {AtATime} at a time", "");
        table.Add("segments", S3Settings.Text(statistics.Segments));
        table.Add("writes an instance, commits included", ((double)(between.Writes - before.Writes) / instances).ToString("0.00", CultureInfo.InvariantCulture));
        table.Add("instances a second", S3Settings.Text((long)(instances / written)));
        table.Add($"reads of {AllToAll.Width} readers", S3Settings.Text(after.Reads - between.Reads));
        table.Add("seconds to read all", read.ToString("0.0", CultureInfo.InvariantCulture));
        table.WriteTo(report);
    }
}
