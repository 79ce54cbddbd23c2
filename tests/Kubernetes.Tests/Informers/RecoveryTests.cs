using Executor.Kubernetes.Informers;

namespace Kubernetes.Tests.Informers;

public sealed class RecoveryTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_closed_watch_goes_on_at_once() =>
        Assert.Equal(new RecoveryStep(false, TimeSpan.Zero), Create().After(Ending.Closed));

    [Fact]
    public void An_expired_version_lists_at_once_and_then_backs_off()
    {
        var recovery = Create();

        Assert.Equal(new RecoveryStep(true, TimeSpan.Zero), recovery.After(Ending.Expired));
        recovery.Listed();
        Assert.Equal(new RecoveryStep(true, Second), recovery.After(Ending.Expired));
        recovery.Progressed();
        Assert.Equal(new RecoveryStep(true, TimeSpan.Zero), recovery.After(Ending.Expired));
    }

    [Theory]
    [InlineData(nameof(Ending.ClosedAtOnce))]
    [InlineData(nameof(Ending.Interrupted))]
    public void The_third_watch_in_vain_lists_and_pauses_double_up_to_the_limit(string ending)
    {
        var recovery = Create();
        var kind = Enum.Parse<Ending>(ending);

        var steps = Enumerable.Range(0, 6).Select(_ => recovery.After(kind)).ToList();

        Assert.Equal([false, false, true, true, true, true], steps.Select(step => step.Relists));
        Assert.Equal([1, 2, 4, 8, 10, 10], steps.Select(step => (int)step.Pause.TotalSeconds));
    }

    [Fact]
    public void The_second_silence_lists()
    {
        var recovery = Create();

        Assert.Equal(new RecoveryStep(false, TimeSpan.Zero), recovery.After(Ending.Silent));
        Assert.Equal(new RecoveryStep(true, Second), recovery.After(Ending.Silent));
    }

    [Fact]
    public void The_server_may_ask_for_a_longer_pause_but_not_for_a_shorter_one()
    {
        Assert.Equal(TimeSpan.FromSeconds(60), Create().After(Ending.Interrupted, TimeSpan.FromSeconds(60)).Pause);
        Assert.Equal(Second, Create().After(Ending.Refused, TimeSpan.FromMilliseconds(1)).Pause);
    }

    [Fact]
    public void Jitter_makes_a_pause_up_to_twice_as_long() =>
        Assert.Equal(TimeSpan.FromSeconds(1.5), new Recovery(Second, 10 * Second, () => 0.5).After(Ending.Refused).Pause);

    private static Recovery Create() => new(Second, 10 * Second, () => 0);
}
