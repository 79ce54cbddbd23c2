using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.S3.Parts;

/// <summary>The same bytes by ever more tasks and partitions: the largest resident set of the store's process, by as many clients at a time and by ever more.</summary>
internal static class MemoryByWidth
{
    internal static async Task RunAsync(S3Settings settings, TextWriter report)
    {
        report.WriteLine($"{settings.Mebibytes} MiB by M tasks to R partitions; the store's largest resident set in MiB, when all was written and when all was read");
        report.WriteLine();
        var table = new MarkdownTable("M", "R", "writers, then readers at a time", "after writing", "after reading", "in MB/s", "out MB/s");
        foreach (var (tasks, partitions, atATime) in ((int, int, int)[])
            [(16, 16, 16), (16, 256, 16), (16, 4096, 16), (1024, 1024, 16), (64, 64, 64), (256, 256, 256), (16, 4096, 4096)])
        {
            var width = Width.Of(settings.Mebibytes, tasks, partitions);
            await using var pods = await StorePods.StartAsync(1, settings.InBucket);
            var shuffle = new AllToAll(pods.Channel, width.Blocks, "measured", tasks, partitions, atATime);
            var written = await shuffle.WriteAsync(width.BlocksPerTask);
            var between = await pods.First.MeasureAsync();
            var read = await shuffle.ReadAsync(width.Bytes);
            var after = await pods.First.MeasureAsync();
            table.Add(
                S3Settings.Text(tasks),
                S3Settings.Text(partitions),
                $"{S3Settings.Text(Math.Min(tasks, atATime))}, {S3Settings.Text(Math.Min(partitions, atATime))}",
                S3Settings.Text(between.PeakBytes >> 20),
                S3Settings.Text(after.PeakBytes >> 20),
                S3Settings.Text((long)(width.Bytes / written / 1e6)),
                S3Settings.Text((long)(width.Bytes / read / 1e6)));
        }

        table.WriteTo(report);
    }
}
