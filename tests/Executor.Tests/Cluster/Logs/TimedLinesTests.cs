using Executor.Cluster.Logs;
using Xunit;

namespace Executor.Tests.Cluster.Logs;

public sealed class TimedLinesTests
{
    private readonly TimedLines _lines = new();

    [Fact]
    public void Each_line_is_taken_once_when_the_last_seconds_are_read_again()
    {
        string[] log = [At(1, 1) + " a", At(1, 2) + " b", At(2, 1) + " c", At(2, 2) + " c", At(5, 1) + " d"];
        Assert.Equal(["a", "b", "c"], Take(log[..3]));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero), _lines.ReadFrom);
        Assert.Equal(["c", "d"], Take(log));
        Assert.Empty(Take(log[3..]));
    }

    [Fact]
    public void Lines_a_little_out_of_order_are_not_lost() =>
        Assert.Equal(["out", "err", "out"], Take(At(2, 1) + " out", "2026-01-01T00:00:01.999999999Z err", At(2, 2) + " out"));

    [Fact]
    public void A_line_of_long_ago_was_taken_already() => Assert.Equal(["new"], Take(At(5, 0) + " new", At(2, 0) + " old"));

    [Theory]
    [InlineData("no time")]
    [InlineData("notime")]
    [InlineData("")]
    public void A_line_without_a_time_is_taken_as_it_is(string line)
    {
        Assert.Equal(line, _lines.Take(line));
        Assert.Null(_lines.ReadFrom);
    }

    private static string At(int second, int nanosecond) => $"2026-01-01T00:00:0{second}.{nanosecond:000000000}Z";

    private List<string> Take(params string[] lines) => [.. lines.Select(_lines.Take).OfType<string>()];
}
