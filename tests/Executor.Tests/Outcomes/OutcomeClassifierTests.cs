using Executor.Contracts.Reporting;
using Executor.Launching;
using Executor.Outcomes;
using Xunit;

namespace Executor.Tests.Outcomes;

public sealed class OutcomeClassifierTests
{
    /// <summary>What is known of an end, and what it must be taken for.</summary>
    public static TheoryData<string, string, string> Table => new()
    {
        // exit code / signal / flags / report / platform     cause                charge
        { "committed exit=0", "Succeeded", "None" },
        { "committed exit=1", "Succeeded", "None" },
        { "committed exit=137 oom", "Succeeded", "None" },
        { "committed cancelled exit=143", "Succeeded", "None" },
        { "committed signal=9 failed=Body", "Succeeded", "None" },
        { "cancelled exit=143", "Cancelled", "None" },
        { "cancelled exit=1 failed=Body", "Cancelled", "None" },
        { "cancelled oom", "Cancelled", "None" },
        { "exit=0", "Lost", "Infrastructure" },
        { "exit=0 phase=Committed", "Lost", "Infrastructure" },
        { "exit=0 phase=Superseded", "Lost", "Infrastructure" },
        { "exit=1", "Failed", "Task" },
        { "exit=119", "Failed", "Task" },
        { "exit=137", "Failed", "Task" },
        { "exit=255", "Failed", "Task" },
        { "exit=120", "Configuration", "NotRetried" },
        { "exit=121", "StoreUnavailable", "Infrastructure" },
        { "exit=122", "InputLost", "Infrastructure" },
        { "exit=123", "InvalidOutput", "Task" },
        { "exit=124", "TimedOut", "Task" },
        { "exit=127", "Configuration", "NotRetried" },
        { "exit=143", "Terminated", "Infrastructure" },
        { "exit=121 failed=Body", "Failed", "Task" },
        { "exit=127 failed=Body", "Failed", "Task" },
        { "exit=1 failed=Body oom", "OutOfMemory", "Task" },
        { "exit=1 failed=Body usageoom", "OutOfMemory", "Task" },
        { "exit=0 usageoom", "OutOfMemory", "Task" },
        { "exit=137 oom", "OutOfMemory", "Task" },
        { "signal=9 oom", "OutOfMemory", "Task" },
        { "failed=OutOfMemory", "OutOfMemory", "Task" },
        { "failed=TimedOut oom", "TimedOut", "Task" },
        { "failed=Configuration", "Configuration", "NotRetried" },
        { "failed=InvalidOutput", "InvalidOutput", "Task" },
        { "failed=InputLost oom", "InputLost", "Infrastructure" },
        { "failed=StoreUnavailable", "StoreUnavailable", "Infrastructure" },
        { "failed=Terminated", "Terminated", "Infrastructure" },
        { "failed=Terminated oom", "OutOfMemory", "Task" },
        { "failed=Infrastructure", "Lost", "Infrastructure" },
        { "signal=9", "Lost", "Infrastructure" },
        { "signal=9 phase=Running", "Lost", "Infrastructure" },
        { "", "Lost", "Infrastructure" },

        // what the platform did
        { "platform=Evicted exit=143", "Evicted", "Infrastructure" },
        { "platform=StorageExceeded signal=9", "Evicted", "Task" },
        { "platform=Preempted signal=9", "Preempted", "Infrastructure" },
        { "platform=NodeLost", "NodeLost", "Infrastructure" },
        { "platform=Deleted exit=143 failed=Terminated", "Deleted", "Infrastructure" },
        { "platform=ImagePull", "ImagePull", "NotRetried" },
        { "platform=InvalidConfiguration", "Configuration", "NotRetried" },
        { "platform=InitFailed", "Failed", "Task" },
        { "platform=Unschedulable", "Unschedulable", "NotRetried" },
        { "platform=StartTimeout", "StartTimeout", "Infrastructure" },
        { "platform=StartFailed", "Lost", "Infrastructure" },
        { "platform=DeadlineExceeded signal=9", "TimedOut", "Task" },
        { "platform=Infeasible", "Infeasible", "NotRetried" },
        { "platform=Vanished", "Lost", "Infrastructure" },
        { "committed platform=Evicted exit=143", "Succeeded", "None" },
        { "cancelled platform=Deleted exit=143", "Cancelled", "None" },
        { "platform=Evicted exit=3 failed=Body bodyexit=3", "Failed", "Task" },
        { "platform=Evicted exit=143 failed=Body bodyexit=143", "Evicted", "Infrastructure" },
        { "platform=Evicted exit=137 failed=Body bodysignal=9", "Evicted", "Infrastructure" },
        { "platform=Evicted exit=137 failed=Body bodysignal=9 oom", "OutOfMemory", "Task" },
        { "platform=Evicted failed=TimedOut", "TimedOut", "Task" },
        { "platform=Evicted failed=InvalidOutput", "InvalidOutput", "Task" },
        { "platform=Evicted failed=Configuration", "Configuration", "NotRetried" },
        { "platform=Evicted failed=OutOfMemory", "OutOfMemory", "Task" },
        { "platform=Evicted failed=InputLost", "InputLost", "Infrastructure" },
        { "platform=Preempted failed=StoreUnavailable", "Preempted", "Infrastructure" },
        { "platform=NodeLost failed=Infrastructure", "NodeLost", "Infrastructure" },
        { "platform=Evicted signal=9 oom", "OutOfMemory", "Task" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void An_end_is_told_by_proof_first_and_by_news_second(string known, string cause, string charge)
    {
        var outcome = OutcomeClassifier.Classify(FactsOf(known), known.StartsWith("committed", StringComparison.Ordinal));
        Assert.Equal(Enum.Parse<AttemptCause>(cause), outcome.Cause);
        Assert.Equal(Enum.Parse<RetryCharge>(charge), outcome.Charge);
        Assert.NotEmpty(outcome.Reason);
    }

    [Fact]
    public void The_runners_own_words_are_the_reason_and_the_bodys_codes_are_kept()
    {
        var facts = new AttemptFacts
        {
            Seen = DateTimeOffset.UnixEpoch,
            ExitCode = 1,
            Report = Report(AttemptPhase.Failed, AttemptFailure.Body) with { Error = "the body ended with exit code 3", ExitCode = 3 },
        };
        var outcome = OutcomeClassifier.Classify(facts, committed: false);
        Assert.Equal("the body ended with exit code 3", outcome.Reason);
        Assert.Equal(3, outcome.ExitCode);
    }

    [Fact]
    public void Every_cause_of_a_platform_has_its_outcome_and_speaks_for_itself()
    {
        foreach (var cause in Enum.GetValues<PlatformCause>())
        {
            Assert.Contains(Table, row => row.Data.Item1.Split(' ').Contains($"platform={cause}"));
            var facts = new AttemptFacts { Seen = DateTimeOffset.UnixEpoch, Platform = new PlatformEnd(cause, "the platform's words") };
            Assert.Equal("the platform's words", OutcomeClassifier.Classify(facts, committed: false).Reason);
        }
    }

    private static AttemptFacts FactsOf(string known)
    {
        var words = known.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? Value(string name) => words.FirstOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        var failure = Value("failed") is { } text ? Enum.Parse<AttemptFailure>(text) : (AttemptFailure?)null;
        var phase = failure is not null ? AttemptPhase.Failed : Value("phase") is { } name ? Enum.Parse<AttemptPhase>(name) : (AttemptPhase?)null;
        var usageOutOfMemory = words.Contains("usageoom");
        return new AttemptFacts
        {
            Seen = DateTimeOffset.UnixEpoch,
            ExitCode = Value("exit") is { } exit ? int.Parse(exit, null) : null,
            Signal = Value("signal") is { } signal ? int.Parse(signal, null) : null,
            OutOfMemory = words.Contains("oom"),
            Cancelled = words.Contains("cancelled"),
            Platform = Value("platform") is { } end ? new PlatformEnd(Enum.Parse<PlatformCause>(end), "the platform's words") : null,
            Report = phase is { } seen || usageOutOfMemory
                ? Report(phase ?? AttemptPhase.Running, failure) with
                {
                    ExitCode = Value("bodyexit") is { } bodyExit ? int.Parse(bodyExit, null) : null,
                    Signal = Value("bodysignal") is { } bodySignal ? int.Parse(bodySignal, null) : null,
                    Usage = new AttemptUsage { Started = default, Ended = default, OutOfMemory = usageOutOfMemory },
                }
                : null,
        };
    }

    private static TerminationReport Report(AttemptPhase phase, AttemptFailure? failure) =>
        new() { Sequence = 1, Phase = phase, Incarnation = "i", Failure = failure };
}
