using System.Text;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Tests.Reporting;

public sealed class ReportingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("task-runner-tests-");

    private string Path => System.IO.Path.Combine(_folder.FullName, "termination");

    public void Dispose() => _folder.Delete(recursive: true);

    private static TerminationReport Report(long sequence, string? tail = null) => new()
    {
        Sequence = sequence,
        Phase = AttemptPhase.Running,
        Incarnation = "i",
        LogTail = tail,
    };

    [Fact]
    public void A_write_that_is_cut_off_leaves_the_report_before_it()
    {
        using (var file = TerminationFile.Open(Path))
        {
            file.Write(Report(1));
            file.Write(Report(2));
            file.Write(Report(3, "tail"));
        }

        var bytes = File.ReadAllBytes(Path);
        Assert.Equal(TerminationSlots.TotalBytes, bytes.Length);
        Assert.Equal(3, TerminationSlots.Decode(bytes)!.Sequence);

        bytes[TerminationSlots.SlotBytes + 20] ^= 1;
        Assert.Equal(2, TerminationSlots.Decode(bytes)!.Sequence);
    }

    [Fact]
    public void An_old_message_does_not_shine_through()
    {
        File.WriteAllBytes(Path, TerminationSlots.Encode(Report(90)));

        using (var file = TerminationFile.Open(Path))
        {
            file.Write(Report(1));
        }

        Assert.Equal(1, TerminationSlots.Decode(File.ReadAllBytes(Path))!.Sequence);
    }

    [Fact]
    public void The_ring_keeps_the_last_bytes_whatever_the_pieces()
    {
        const int capacity = 10_000;
        const int seed = 4711;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var ring = new LogRing(capacity);
        var all = new List<byte>();
        for (var i = 0; i < 200; i++)
        {
            var piece = new byte[random.Next(i % 50 == 0 ? 25_000 : 900)];
            random.NextBytes(piece);
            ring.Append(piece);
            all.AddRange(piece);
            Assert.Equal(all.TakeLast(capacity), ring.Last(capacity));
            Assert.Equal(all.TakeLast(123), ring.Last(123));
        }
    }

    [Fact]
    public void The_tail_begins_with_a_whole_line()
    {
        var ring = new LogRing(1000);
        Assert.Null(ring.LastText(10));

        ring.Append("first line\nsecond\nthird\n"u8);

        Assert.Equal("third\n", ring.LastText(10));
        Assert.Equal("first line\nsecond\nthird\n", ring.LastText(100));
    }

    [Fact]
    public void Characters_cut_in_half_do_not_break_the_tail()
    {
        var ring = new LogRing(1000);
        ring.Append(Encoding.UTF8.GetBytes(new string('ä', 100)));

        Assert.EndsWith("ää", ring.LastText(11), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("0.25 a quarter\n", 0.25)]
    [InlineData("0.25\n0.5 half\n0.7", 0.5)]
    [InlineData("0.1\nnonsense\n", null)]
    [InlineData("7\n", null)]
    public void The_last_whole_line_of_the_progress_file_counts(string text, double? expected) =>
        Assert.Equal(expected, ProgressReader.Parse(text));
}
