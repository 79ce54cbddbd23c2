using System.Text;
using Executor.Contracts.Reporting;
using Executor.Kubernetes.Models;
using Executor.Launching;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Outcomes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Inspection;

public sealed class PodInspectorTests
{
    public static TheoryData<string> Cases => [.. PodCase.Names()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_pod_as_it_was_recorded_means_what_stands_beside_it(string name)
    {
        var known = PodCase.Read(name);
        Assert.NotEmpty(known.Source);
        Assert.NotEmpty(known.Expected);
        PodInspection? before = null;
        foreach (var expected in known.Expected)
        {
            var sight = known.Sight() with
            {
                Now = PodCase.FirstSeen.AddSeconds(expected.After),
                EventsRead = expected.EventsRead,
                Events = expected.EventsRead ? known.ReadEvents() : [],
                Before = before,
            };
            var inspection = known.Gone ? PodInspector.InspectGone(sight) : PodInspector.Inspect(sight);

            Assert.Equal($"after {expected.After} s: {expected.Verdict}", $"after {expected.After} s: {ExpectedInspection.VerdictOf(inspection)}");
            var outcome = OutcomeClassifier.Classify(inspection.Facts, committed: false);
            if (expected.Outcome is not null)
            {
                Assert.Equal(expected.Outcome, $"{outcome.Cause} {outcome.Charge}");
            }

            if (expected.Says is not null)
            {
                Assert.Contains(expected.Says, inspection.Waiting ?? outcome.Reason, StringComparison.Ordinal);
            }

            Assert.Equal(inspection.Phase == ObservedPhase.Pending, inspection.Waiting is not null);
            before = inspection;
        }
    }

    [Fact]
    public void Every_cause_of_a_platform_is_seen_in_some_recorded_pod()
    {
        var seen = PodCase.Names().SelectMany(name => PodCase.Read(name).Expected).SelectMany(expected => expected.Verdict.Split(' ')).ToHashSet();

        Assert.Empty(Enum.GetNames<PlatformCause>().Except(seen));
    }

    [Fact]
    public void The_runners_report_is_read_from_the_termination_message_and_tells_its_exit_code_from_a_signal()
    {
        var report = new TerminationReport
        {
            Sequence = 4,
            Phase = AttemptPhase.Failed,
            Incarnation = "uid",
            Failure = AttemptFailure.Body,
            ExitCode = 137,
            Error = "the body ended with exit code 137 and said: größer als erlaubt",
        };
        var older = TerminationSlots.Encode(report with { Sequence = 3, Error = "older" });

        var facts = PodInspector.Inspect(Ended(exitCode: 137, Encoding.UTF8.GetString([.. older, .. TerminationSlots.Encode(report)]))).Facts;

        Assert.Equal(report, facts.Report);
        Assert.Equal((137, (int?)null), (facts.ExitCode, facts.Signal));
        Assert.Equal(AttemptCause.Failed, OutcomeClassifier.Classify(facts, committed: false).Cause);
    }

    [Theory]
    [InlineData(137, 9)]
    [InlineData(139, 11)]
    [InlineData(192, 64)]
    public void A_runner_that_ends_like_a_signals_victim_without_a_report_was_ended_by_that_signal(int exitCode, int signal)
    {
        var facts = PodInspector.Inspect(Ended(exitCode, "Killed")).Facts;

        Assert.Equal(((int?)null, signal), (facts.ExitCode, facts.Signal));
        Assert.Equal(RetryCharge.Infrastructure, OutcomeClassifier.Classify(facts, committed: false).Charge);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(121)]
    [InlineData(128)]
    [InlineData(143)]
    [InlineData(193)]
    [InlineData(255)]
    public void Any_other_exit_code_is_the_runners_own(int exitCode)
    {
        var facts = PodInspector.Inspect(Ended(exitCode, message: null)).Facts;

        Assert.Equal((exitCode, (int?)null), (facts.ExitCode, facts.Signal));
    }

    [Fact]
    public void An_ended_verdict_is_final_whatever_is_seen_later()
    {
        var ended = PodInspector.Inspect(Ended(exitCode: 3, message: null));
        var running = PodCase.Read("1.20-running").Sight() with { Before = ended };

        Assert.Same(ended, PodInspector.Inspect(running));
        Assert.Same(ended, PodInspector.InspectGone(running));
    }

    [Fact]
    public void What_a_platform_was_seen_to_do_is_remembered_until_the_pod_has_ended()
    {
        // Servers before 1.26 say in an event alone that a pod is preempted.
        var preempted = PodCase.Read("1.20-preempted-ending");
        var deleting = preempted.Sight() with { EventsRead = true, Events = preempted.ReadEvents() };
        var killed = PodCase.Read("1.20-deleted-killed").Sight() with { Before = PodInspector.Inspect(deleting) };

        Assert.Equal(PlatformCause.Preempted, PodInspector.Inspect(killed).Facts.Platform?.Cause);
    }

    [Fact]
    public void Time_never_runs_out_where_the_rules_have_none()
    {
        var rules = new PendingRules
        {
            ImagePullGrace = null,
            ImageRateLimitGrace = null,
            ConfigurationGrace = null,
            ScheduleTimeout = null,
            InfeasibleGrace = null,
            StartTimeout = null,
            TerminationGrace = null,
        };
        foreach (var known in PodCase.Names().Select(PodCase.Read).Where(known => !known.Gone))
        {
            var sight = known.Sight() with { Rules = rules, EventsRead = true, Events = known.ReadEvents() };
            var early = PodInspector.Inspect(sight);
            var late = PodInspector.Inspect(sight with { Now = sight.Now.AddYears(1) });

            Assert.Equal((known.Name, early.Phase, early.GiveUp), (known.Name, late.Phase, late.GiveUp));
        }
    }

    [Fact]
    public void A_grace_starts_with_its_own_trouble_and_not_with_the_pod()
    {
        var starting = PodCase.Read("1.20-starting").Sight() with { EventsRead = true };
        var pulling = PodCase.Read("1.20-image-unknown-host").Sight();

        var started = PodInspector.Inspect(starting with { Now = PodCase.FirstSeen.AddMinutes(9) });
        var failing = PodInspector.Inspect(pulling with { Now = PodCase.FirstSeen.AddMinutes(9), Before = started });
        var stillFailing = PodInspector.Inspect(pulling with { Now = PodCase.FirstSeen.AddMinutes(11), Before = failing });
        var givenUp = PodInspector.Inspect(pulling with { Now = PodCase.FirstSeen.AddMinutes(12), Before = stillFailing });

        Assert.Equal(ObservedPhase.Pending, stillFailing.Phase);
        Assert.Equal(PodCase.FirstSeen.AddMinutes(12), failing.LookAgainAt);
        Assert.True(givenUp.GiveUp);
    }

    private static PodSight Ended(int exitCode, string? message) => PodCase.Read("1.20-running").Sight() with
    {
        Pod = new V1Pod
        {
            Spec = new V1PodSpec { RestartPolicy = "Never", NodeName = "node1" },
            Status = new V1PodStatus
            {
                Phase = "Running",
                ContainerStatuses =
                [
                    new V1ContainerStatus
                    {
                        Name = "task",
                        State = new V1ContainerState
                        {
                            Terminated = new V1ContainerStateTerminated
                            {
                                ExitCode = exitCode,
                                Reason = exitCode == 0 ? "Completed" : "Error",
                                Message = message,
                            },
                        },
                    },
                ],
            },
        },
    };
}
