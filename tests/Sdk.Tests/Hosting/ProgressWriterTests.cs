using Executor.DotnetHost.Streams;
using Xunit;

namespace Executor.Sdk.Tests.Hosting;

public sealed class ProgressWriterTests
{
    [Fact]
    public void Reports_in_quick_succession_are_thinned_out_and_the_last_one_counts()
    {
        var path = Path.GetTempFileName();
        try
        {
            var time = new ManualTime();
            using (var file = new ProgressWriter(path, time))
            {
                file.Report(new TaskProgress(0.1, "first"));
                file.Report(new TaskProgress(0.2, null));
                file.Report(new TaskProgress(0.3, "two\nlines"));
                Assert.Equal(["0.1 first"], ReadLines(path));
                time.Now += ProgressWriter.Interval;
                file.Report(new TaskProgress(1.0 / 3, "two\nlines"));
                file.Report(new TaskProgress(1, null));
                Assert.Equal(["0.1 first", "0.3333 two lines"], ReadLines(path));
            }

            Assert.Equal(["0.1 first", "0.3333 two lines", "1"], ReadLines(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string[] ReadLines(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
