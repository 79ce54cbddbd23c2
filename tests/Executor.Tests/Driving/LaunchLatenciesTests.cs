using Executor.Driving;
using Executor.Launching;
using Executor.Outcomes;
using Executor.Scheduling;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Driving;

public sealed class LaunchLatenciesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);

    private readonly LaunchLatencies _latencies = new(new TaskGraph(Plans.Chain(4, 2, 1)));

    [Fact]
    public void Launches_that_no_end_has_made_possible_have_no_latency() =>
        Assert.Empty(_latencies.Of(Round([], Launch(0, 0), Launch(0, 1)), At(1)));

    [Fact]
    public void An_end_that_makes_room_is_counted_from_when_it_was_seen_the_latest_of_its_round()
    {
        _latencies.Of(Round([], Launch(0, 0), Launch(0, 1)), At(0));
        Assert.Equal(
            [(2, TimeSpan.FromSeconds(3))],
            _latencies.Of(Round([End(0, 0, 5), End(0, 1, 7)], Launch(0, 2), Launch(0, 3)), At(10)));
    }

    [Fact]
    public void The_first_launches_of_a_task_are_counted_from_the_last_end_of_those_before_it_across_the_sealing()
    {
        _latencies.Of(Round([], Launch(0, 0), Launch(0, 1), Launch(0, 2), Launch(0, 3)), At(0));
        Assert.Empty(_latencies.Of(Round([End(0, 0, 5), End(0, 1, 9)]), At(10)));
        Assert.Empty(_latencies.Of(Round([End(0, 2, 11)]), At(12)));
        Assert.Equal([(1, TimeSpan.FromSeconds(4))], _latencies.Of(Round([], Launch(1, 0)), At(15)));

        // What comes later waits for room, and no end has made that.
        Assert.Empty(_latencies.Of(Round([], Launch(1, 1)), At(60)));
    }

    [Fact]
    public void Another_try_comes_after_a_pause_and_an_attempt_that_never_started_was_not_seen_to_end()
    {
        Assert.Empty(_latencies.Of(Round([End(0, 0, 5)], Launch(0, 0, attempt: 2)), At(6)));
        Assert.Empty(_latencies.Of(Round([End(0, 1, null)], Launch(0, 2)), At(7)));
    }

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    private static DriverRound Round(AttemptEnd[] ends, params LaunchDecision[] launches) => new(launches, [], ends);

    private static LaunchDecision Launch(int task, int index, int attempt = 1) => new(new AttemptRef(task, index, 0, attempt), 1, Plans.Memory);

    private static AttemptEnd End(int task, int index, int? seen) => new(
        new AttemptRef(task, index, 0, 1),
        new AttemptOutcome(AttemptCause.Succeeded, RetryCharge.None, ""),
        null,
        seen is { } second ? new AttemptFacts { Seen = At(second) } : null);
}
