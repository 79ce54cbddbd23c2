using Executor.Driving;
using Executor.Launching;
using Executor.Scheduling;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Driving;

public sealed class NoticeTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_hold_is_told_once_and_again_when_its_reason_has_changed()
    {
        var holds = new HoldNotices();
        Assert.Equal("launching waits: quota", holds.Held("quota", At(0)));
        Assert.Null(holds.Held("quota", At(40)));
        Assert.Equal("launching waits: limit range", holds.Held("limit range", At(70)));
        Assert.Null(holds.Accepted(holding: true, At(71)));
        Assert.Equal("launching goes on after 72 s", holds.Accepted(holding: false, At(72)));
        Assert.Null(holds.Accepted(holding: false, At(73)));
    }

    [Fact]
    public void Room_that_comes_and_goes_is_told_of_every_30_seconds_at_most()
    {
        var holds = new HoldNotices();
        var told = new List<string?>();
        for (var second = 0; second < 60; second += 2)
        {
            told.Add(holds.Held("quota", At(second)));
            told.Add(holds.Accepted(holding: false, At(second + 1)));
        }

        Assert.Equal(
            ["launching waits: quota", "launching goes on after 1 s", "launching waits: quota", "launching goes on after 1 s"],
            told.Where(notice => notice is not null));
    }

    [Fact]
    public void A_reason_to_wait_is_told_once_per_task_with_how_many_wait_for_it()
    {
        var waits = new WaitingNotices(new TaskGraph(Plans.Chain(20, 5)));
        for (var index = 0; index < 12; index++)
        {
            See(waits, 0, index, "no room", At(index));
        }

        See(waits, 1, 0, "no room", At(5));
        Assert.Equal(At(30), waits.NextDue);
        Assert.Empty(waits.Take(At(29)));
        Assert.Equal(["t0: 12 instances wait: no room"], waits.Take(At(30)));
        Assert.Equal(At(35), waits.NextDue);
        Assert.Equal(["t1: 1 instance waits: no room"], waits.Take(At(41)));
        Assert.Null(waits.NextDue);
    }

    [Fact]
    public void A_reason_counts_from_when_it_was_first_seen_and_anew_once_nobody_has_had_it()
    {
        var waits = new WaitingNotices(new TaskGraph(Plans.Chain(20)));
        See(waits, 0, 0, "no room", At(0));
        See(waits, 0, 0, "no room", At(20));
        Assert.Single(waits.Take(At(30)));
        See(waits, 0, 0, "the image is pulled", At(40));
        See(waits, 0, 0, "no room", At(50));
        Assert.Empty(waits.Take(At(79)));
        Assert.Single(waits.Take(At(80)));
        waits.Seen(new AttemptRef(0, 0, 0, 1), ObservedPhase.Running, new AttemptFacts { Seen = At(90), Waiting = "no room" }, At(90));
        Assert.Null(waits.NextDue);
    }

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    private static void See(WaitingNotices waits, int task, int index, string reason, DateTimeOffset now) =>
        waits.Seen(new AttemptRef(task, index, 0, 1), ObservedPhase.Pending, new AttemptFacts { Seen = now, Waiting = reason }, now);
}
