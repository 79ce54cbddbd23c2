using Executor.Sizing.Replaying;
using Xunit;

namespace Executor.Tests.Sizing;

public sealed class TraceReaderTests
{
    private const string Heading = "process,status,start,complete,realtime,peak_rss,rchar,memory\n";

    [Fact]
    public void Raw_values_are_read_in_the_order_of_their_starts()
    {
        var trace = Read(Heading + "b,COMPLETED,2000,5000,3000,1000,7,4000\na,COMPLETED,1000,2500,1500,500,-,-\r\n\n");
        Assert.Equal([new TraceTask("a", null, 500, 1.5, null, 1000, 2500), new TraceTask("b", 7, 1000, 3, 4000, 2000, 5000)], trace.Tasks);
    }

    [Fact]
    public void Values_for_people_are_read_in_Nextflows_units()
    {
        var trace = Read("name\tstatus\tsubmit\tduration\trealtime\tpeak_rss\trchar\tmemory\n"
            + "ALIGN:BWA (sample 1)\tCOMPLETED\t2026-01-02 03:04:05.678\t3h 2m\t1m 30s\t1.5 GB\t512 B\t2 GiB\n");
        var begin = (new DateTime(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalMilliseconds;
        Assert.Equal(new TraceTask("ALIGN:BWA", 512, 1.5 * (1L << 30), 90, 1L << 31, begin, begin + ((3 * 60) + 2) * 60_000), Assert.Single(trace.Tasks));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("17.5", 17.5)]
    [InlineData("1.2e3", 1200)]
    [InlineData("3 KB", 3072)]
    [InlineData("2 MiB", 2097152)]
    [InlineData("1TB", 1099511627776)]
    public void Sizes_are_read(string cell, double bytes)
    {
        Assert.True(TraceCells.TryBytes(cell, out var found));
        Assert.Equal(bytes, found);
    }

    [Theory]
    [InlineData("350", 350)]
    [InlineData("350ms", 350)]
    [InlineData("12.3s", 12300)]
    [InlineData("1d 2h 3m 4s", 93784000)]
    public void Times_are_read(string cell, double milliseconds)
    {
        Assert.True(TraceCells.TryDuration(cell, out var found));
        Assert.Equal(milliseconds, found, 1e-6);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("-5")]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    [InlineData("GB")]
    [InlineData("1 XB")]
    [InlineData("1 GBMB")]
    [InlineData("1,5 GB")]
    public void What_is_no_size_is_none(string cell) => Assert.False(TraceCells.TryBytes(cell, out _));

    [Fact]
    public void Rows_that_cannot_be_sized_are_counted()
    {
        var trace = Read(Heading + "a,FAILED,1,2,1,100,1,1\na,COMPLETED,1,2,0,100,1,1\na,COMPLETED,1,2,1,-,1,1\na,COMPLETED,1,2,1,9,1,1\n");
        Assert.Equal((1, 1, 2), (trace.Tasks.Count, trace.NotCompleted, trace.NotMeasured));
    }

    [Fact]
    public void A_clock_that_was_set_back_makes_no_outcome_known_before_its_task()
    {
        var task = Assert.Single(Read(Heading + "a,COMPLETED,5000,1000,10,100,1,1\n").Tasks);
        Assert.Equal(5000, task.Complete);
    }

    [Fact]
    public void A_cell_in_quotes_may_have_the_separator_in_it()
    {
        var task = Assert.Single(Read(Heading + "\"a, b\",COMPLETED,1,2,1,100,1,1\n").Tasks);
        Assert.Equal("a, b", task.Class);
    }

    [Theory]
    [InlineData("", "t:1: found nothing, expected a heading")]
    [InlineData("a,b\n", "t:1: found no column 'status'")]
    [InlineData("status,status\n", "t:1: found the column 'status' twice")]
    [InlineData("status,peak_rss,realtime,process\n", "t:1: found no column 'start' or 'submit'")]
    [InlineData(Heading + "a,COMPLETED\n", "t:2: found 2 cells, expected 8")]
    [InlineData(Heading + "a,COMPLETED,1,2,1,100,1,1\n\na,COMPLETED,1,2,1,much,1,1\n", "t:4: column peak_rss: found 'much', expected bytes")]
    [InlineData(Heading + "a,COMPLETED,1,2,1,-100,1,1\n", "t:2: column peak_rss: found '-100'")]
    [InlineData(Heading + "a,COMPLETED,1,2,NaN,100,1,1\n", "t:2: column realtime: found 'NaN', expected a time")]
    [InlineData(Heading + "a,COMPLETED,-,2,1,100,1,1\n", "t:2: column start: found no time")]
    [InlineData(Heading + "a,COMPLETED,soon,2,1,100,1,1\n", "t:2: column start: found 'soon', expected milliseconds")]
    [InlineData(Heading + ",COMPLETED,1,2,1,100,1,1\n", "t:2: column process: found nothing")]
    [InlineData(Heading + "\"a,COMPLETED,1,2,1,100,1,1\n", "t:2: found a double quote without its end")]
    public void What_is_wrong_is_told_with_its_place(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<TraceException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_line_without_an_end_is_not_gathered()
    {
        using var text = new StreamReader(new EndlessStream());
        var problem = Assert.Throws<TraceException>(() => TraceReader.Read(text, "t"));
        Assert.StartsWith($"t:1: found a line of more than {TraceReader.MaxLineLength} characters", problem.Message, StringComparison.Ordinal);
    }

    private static WorkflowTrace Read(string text)
    {
        using var reader = new StringReader(text);
        return TraceReader.Read(reader, "t");
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)'x');
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
