using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Shuffle;
using Executor.Shuffle.Engine.Ingest;

namespace Executor.Benchmarks.S3.Parts;

/// <summary>The same bytes by ever more tasks and partitions: how many objects and requests that takes.</summary>
internal static class RequestsByWidth
{
    // The store's own: a full window is one segment.
    private const int WindowMebibytes = (int)(IngestOptions.BucketWindowBytes >> 20);

    internal static async Task RunAsync(S3Settings settings, TextWriter report)
    {
        report.WriteLine(
            $"{settings.Mebibytes} MiB by M tasks, all at a time, to R partitions; the formula is one segment for each {WindowMebibytes} MiB window, one commit a task, one seal");
        report.WriteLine();
        var table = new MarkdownTable(
            "M", "R", "segments", "by the formula at least", "writes in all", "reads in all", "an object for each M x R", "in MB/s", "out MB/s");
        foreach (var (tasks, partitions) in ((int, int)[])[(16, 16), (64, 64), (256, 256), (16, 4096)])
        {
            var width = Width.Of(settings.Mebibytes, tasks, partitions);
            await using var pods = await StorePods.StartAsync(1, inBucket: true);
            var shuffle = new AllToAll(pods.Channel, width.Blocks, "counted", tasks, partitions);
            var before = await pods.First.MeasureAsync();
            var written = await shuffle.WriteAsync(width.BlocksPerTask);
            var read = await shuffle.ReadAsync(width.Bytes);
            var after = await pods.First.MeasureAsync();
            var statistics = await pods.StatisticsAsync("counted");
            table.Add(
                S3Settings.Text(tasks),
                S3Settings.Text(partitions),
                S3Settings.Text(statistics.Segments),
                S3Settings.Text((width.Bytes + (WindowMebibytes << 20) - 1) / (WindowMebibytes << 20)),
                S3Settings.Text(after.Writes - before.Writes),
                S3Settings.Text(after.Reads - before.Reads),
                S3Settings.Text((long)tasks * partitions),
                S3Settings.Text((long)(width.Bytes / written / 1e6)),
                S3Settings.Text((long)(width.Bytes / read / 1e6)));
        }

        table.WriteTo(report);
    }
}
