using System.Text;
using Executor.Kubernetes.Models;
using Executor.Launching;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Outcomes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Inspection;

public sealed class MissingPodsTests
{
    private const string Quota =
        """Error creating: pods "quota-rtsgk" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0""";

    private const string Limited =
        """Error creating: pods "j-8xk2p" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi""";

    private const string Refused =
        """Error creating: pods "j-8xk2p" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true""";

    private static readonly DateTimeOffset Since = new(2026, 11, 25, 19, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Spec and status of a Job without a pod, what its events say, the seconds since its pod is missing, and what it means. The first four statuses
    /// were recorded on Kubernetes 1.20.2; those with FailureTarget, SuccessCriteriaMet and managedBy follow the API reference of 1.32.
    /// </summary>
    public static TheoryData<string, string, string?, double, string> Table => new()
    {
        { "{}", "{}", null, 0, "Pending" },
        { "{}", """{"active":1,"startTime":"2026-11-25T19:31:06Z"}""", null, 59, "Pending" },
        {
            "{}",
            """
            {"conditions":[{"lastTransitionTime":"2026-11-25T19:31:14Z","message":"Job was active longer than specified deadline","reason":"DeadlineExceeded",
              "status":"True","type":"Failed"}],"failed":1,"startTime":"2026-11-25T19:31:06Z"}
            """,
            null, 0, "Ended DeadlineExceeded"
        },
        {
            "{}",
            """
            {"conditions":[{"lastTransitionTime":"2026-11-25T19:31:16Z","message":"Job has reached the specified backoff limit",
              "reason":"BackoffLimitExceeded","status":"True","type":"Failed"}],"failed":1,"startTime":"2026-11-25T19:31:06Z"}
            """,
            null, 0, "Ended Vanished"
        },
        { "{}", """{"active":1,"startTime":"2026-11-25T19:31:06Z"}""", null, 60, "GiveUp Vanished" },
        { "{}", """{"failed":1,"startTime":"2026-11-25T19:31:06Z"}""", null, 60, "GiveUp Vanished" },
        { "{}", """{"terminating":1,"startTime":"2026-11-25T19:31:06Z"}""", null, 60, "GiveUp Vanished" },
        { """{"managedBy":"executor.dev/launcher"}""", "{}", null, 59, "Pending" },
        { """{"managedBy":"executor.dev/launcher"}""", "{}", null, 60, "GiveUp Vanished" },
        { "{}", """{"conditions":[{"type":"FailureTarget","status":"True","reason":"PodFailurePolicy"}]}""", null, 0, "Ended Vanished" },
        { "{}", """{"conditions":[{"type":"Failed","status":"False","reason":"PodFailurePolicy"}]}""", "", 1000, "Pending" },
        { "{}", """{"conditions":[{"type":"SuccessCriteriaMet","status":"True"}]}""", null, 0, "Ended exit=0" },
        { "{}", """{"conditions":[{"type":"Complete","status":"True"}],"active":1,"succeeded":1}""", null, 0, "Ended exit=0" },
        { """{"suspend":true}""", "{}", "", 100_000, "Pending" },
        { "{}", """{"conditions":[{"type":"Suspended","status":"True"}],"startTime":null}""", "", 100_000, "Pending" },
        { "{}", "{}", null, 59, "Pending" },
        { "{}", "{}", null, 60, "Pending WantsEvents" },
        { "{}", """{"startTime":"2026-11-25T19:31:06Z"}""", null, 100_000, "Pending WantsEvents" },
        { "{}", "{}", "", 100_000, "Pending" },
        { "{}", "{}", Quota, 100_000, "Pending" },
        { "{}", """{"startTime":"2026-11-25T19:31:06Z"}""", Limited, 100_000, "Pending" },
        { "{}", """{"startTime":"2026-11-25T19:31:06Z"}""", Refused, 599, "Pending" },
        { "{}", """{"startTime":"2026-11-25T19:31:06Z"}""", Refused, 600, "GiveUp InvalidConfiguration" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_job_without_a_pod_waits_or_has_lost_it(string spec, string status, string? message, double seconds, string verdict)
    {
        var inspection = MissingPods.Inspect(Sight(spec, status, seconds) with { EventsRead = message is not null, Events = Events(message) });

        Assert.Equal(verdict, ExpectedInspection.VerdictOf(inspection));
        Assert.Equal(inspection.Phase == ObservedPhase.Pending, inspection.Waiting is not null);
        Assert.False(inspection.LookAgainAt <= Since.AddSeconds(seconds));
    }

    [Fact]
    public void A_pod_that_was_seen_once_is_missed_though_its_job_has_not_counted_it()
    {
        var sight = Sight("{}", "{}", 60);

        Assert.False(MissingPods.Inspect(sight).GiveUp);
        Assert.True(MissingPods.Inspect(sight with { WasSeen = true }).GiveUp);
        Assert.Equal(Since.AddSeconds(60), MissingPods.Inspect(sight with { WasSeen = true, Now = Since }).LookAgainAt);
    }

    [Fact]
    public void What_is_waited_for_is_said()
    {
        foreach (var refusal in (string[])[Quota, Limited, Refused])
        {
            var sight = Sight("{}", "{}", 20) with { EventsRead = true, Events = Events(refusal) };
            Assert.EndsWith(refusal, MissingPods.Inspect(sight).Waiting, StringComparison.Ordinal);
        }

        Assert.Equal("its Job is suspended", MissingPods.Inspect(Sight("""{"suspend":true}""", "{}", 20)).Waiting);
    }

    [Fact]
    public void A_job_that_somebody_deletes_takes_its_attempt_with_it()
    {
        var sight = Sight("{}", """{"active":1}""", 0);
        sight.Job.Metadata.DeletionTimestamp = Since.UtcDateTime;

        foreach (var inspection in (PodInspection[])[MissingPods.Inspect(sight), MissingPods.JobGone(Since)])
        {
            Assert.Equal("Ended Deleted", ExpectedInspection.VerdictOf(inspection));
            Assert.Equal(RetryCharge.Infrastructure, OutcomeClassifier.Classify(inspection.Facts, committed: false).Charge);
        }
    }

    private static MissingPodSight Sight(string spec, string status, double seconds) => new()
    {
        Job = KubernetesJson.Deserialize(
            Encoding.UTF8.GetBytes($$"""{"metadata":{"name":"j","namespace":"n"},"spec":{{spec}},"status":{{status}}}"""), KubernetesResources.Jobs),
        Rules = new PendingRules(),
        MissingSince = Since,
        Now = Since.AddSeconds(seconds),
    };

    private static Corev1Event[] Events(string? message) => string.IsNullOrEmpty(message) ? [] :
    [
        new Corev1Event { Reason = "FailedCreate", Message = message, LastTimestamp = Since.UtcDateTime.AddSeconds(10) },
        new Corev1Event { Reason = "FailedCreate", Message = "an older one", LastTimestamp = Since.UtcDateTime },
    ];
}
