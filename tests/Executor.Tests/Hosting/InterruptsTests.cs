using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Hosting;

public sealed class InterruptsTests
{
    [Theory]
    [InlineData(ExitCodes.Interrupted, false, false)]
    [InlineData(ExitCodes.Interrupted, true, false)]
    [InlineData(ExitCodes.Terminated, false, false)]
    [InlineData(ExitCodes.Terminated, true, true)]
    public void Only_a_termination_that_is_to_leave_attempts_leaves_them(int signal, bool leavesAttempts, bool leaves)
    {
        using var interrupts = Interrupts.None(new Termination { LeavesAttempts = leavesAttempts });

        interrupts.Signalled(signal);

        Assert.Equal(
            (true, !leaves, leaves, false),
            (interrupts.Orderly.IsCancellationRequested, interrupts.Cancel.IsCancellationRequested, interrupts.Leave.IsCancellationRequested,
                interrupts.AtOnce.IsCancellationRequested));
        Assert.Equal(signal, interrupts.ExitCode);
    }

    [Fact]
    public void A_second_signal_ends_at_once_and_the_first_one_names_the_exit_code()
    {
        using var interrupts = Interrupts.None();

        interrupts.Signalled(ExitCodes.Terminated);
        interrupts.Signalled(ExitCodes.Interrupted);

        Assert.True(interrupts.AtOnce.IsCancellationRequested);
        Assert.Equal(ExitCodes.Terminated, interrupts.ExitCode);
    }

    [Fact]
    public void A_termination_is_at_once_when_its_time_is_over()
    {
        var time = new ManualTime();
        using var interrupts = Interrupts.None(new Termination { Within = TimeSpan.FromSeconds(20) }, time);

        interrupts.Signalled(ExitCodes.Terminated);
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(interrupts.AtOnce.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(interrupts.AtOnce.IsCancellationRequested);
    }

    [Fact]
    public void An_interrupt_by_hand_has_all_the_time_it_wants()
    {
        var time = new ManualTime();
        using var interrupts = Interrupts.None(new Termination { Within = TimeSpan.FromSeconds(20) }, time);

        interrupts.Signalled(ExitCodes.Interrupted);
        time.Advance(TimeSpan.FromHours(1));

        Assert.False(interrupts.AtOnce.IsCancellationRequested);
    }
}
