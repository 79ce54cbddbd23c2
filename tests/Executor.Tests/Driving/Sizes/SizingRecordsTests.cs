using System.Text;
using System.Text.Json;
using Executor.Contracts.Identity;
using Executor.Driving.Sizes;
using Executor.Sizing;
using Executor.Sizing.History;
using Xunit;

namespace Executor.Tests.Driving.Sizes;

public sealed class SizingRecordsTests
{
    [Fact]
    public void What_was_seen_survives_its_form()
    {
        ClassObservation[] seen =
        [
            new("w/map", new Observation(1_000_000, 52_428_800, 3.5) { Cores = 0.75, ThrottledShare = 0.25 }),
            new("w/map", new Observation(null, 1, 0.001) { Censored = true }),
            new("shared", new Observation(0, 2, 1)),
        ];

        var (read, refused) = SizingRecords.ReadObservations(SizingRecords.Write(seen));

        Assert.Equal(seen, read);
        Assert.Equal(0, refused);
    }

    [Fact]
    public void What_was_decided_survives_its_form()
    {
        var decision = new SizingDecision(3L << 20, "linear", SizingStep.Launch, [new SizingAlternative("vpa", 5_000_000, 12)], "because");
        var followed = decision with { Expert = "vpa", TargetBytes = 2L << 20 };
        var sized = new SizedAttempt(new AttemptId("r", "map", 3, 1, 2), 1234, 1L << 30, 4L << 20, decision);

        var all = SizingRecords.ReadDecisions("r", SizingRecords.Write([sized, sized with { Decision = followed }]));

        var read = all[0];
        Assert.Equal([null, 2L << 20], all.Select(one => one.Decision.TargetBytes));
        Assert.Equal((sized.Attempt, sized.InputBytes, sized.AskedBytes, sized.GivenBytes), (read.Attempt, read.InputBytes, read.AskedBytes, read.GivenBytes));
        Assert.Equal((decision.MemoryBytes, decision.Expert, decision.Reason), (read.Decision.MemoryBytes, read.Decision.Expert, read.Decision.Reason));
        Assert.Equal(decision.Alternatives, read.Decision.Alternatives);
    }

    [Theory]
    [InlineData("[1,-5,1,0,1,0]")]
    [InlineData("[1,0,1,0,1,0]")]
    [InlineData("[1,1e300,1,0,1,0]")]
    [InlineData("[1,5,1e300,0,1,0]")]
    [InlineData("[1,5,1e12,0,1,0]")]
    [InlineData("[1,5,1,0,1,7]")]
    [InlineData("[1,\"5\",1,0,1,0]")]
    [InlineData("[1,null,1,0,1,0]")]
    [InlineData("[1,5]")]
    [InlineData("7")]
    public void A_measure_that_cannot_be_is_left_out_and_counted(string row)
    {
        var (read, refused) = SizingRecords.ReadObservations(Encoding.UTF8.GetBytes($$$"""{"v":1,"classes":{"a":[{{{row}}},[1,5,1,0,1,0]]}}"""));

        Assert.Equal([new ClassObservation("a", new Observation(1, 5, 1) { Cores = 1 })], read);
        Assert.Equal(1, refused);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"v":2,"classes":{}}""")]
    [InlineData("""{"v":1,"classes":[]}""")]
    [InlineData("""{"v":1,"classes":{"a":7}}""")]
    public void What_is_no_such_record_is_refused(string text) =>
        Assert.ThrowsAny<JsonException>(() => SizingRecords.ReadObservations(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Of_a_record_with_too_many_measures_the_rest_is_left_out()
    {
        var rows = string.Join(',', Enumerable.Repeat("[1,5,1,0,1,0]", SizingRecords.MaxObservations + 3));
        var (read, refused) = SizingRecords.ReadObservations(Encoding.UTF8.GetBytes($$$"""{"v":1,"classes":{"a":[{{{rows}}}]}}"""));

        Assert.Equal((SizingRecords.MaxObservations, 3), (read.Count, refused));
    }
}
