using Executor.Launching;
using Executor.Launching.Kubernetes.Inspection;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Inspection;

public sealed class PodFailureAdviceTests
{
    private const string Events = "kubectl -n batch get events --field-selector involvedObject.name=r-t-0-x7k2p";

    private static readonly AttemptFacts Facts = new() { Seen = DateTimeOffset.UnixEpoch, Node = "node1" };

    [Fact]
    public void A_pod_that_is_kept_is_asked_itself()
    {
        Assert.Equal("kubectl -n batch logs r-t-0-x7k2p -c task", Command(Facts with { ExitCode = 3 }, isKept: true));
        Assert.Equal("kubectl -n batch describe pod r-t-0-x7k2p", Command(Facts with { Signal = 9, OutOfMemory = true }, isKept: true));
        Assert.Equal("kubectl -n batch logs r-t-0-x7k2p --all-containers --prefix", Command(Ended(PlatformCause.InitFailed), isKept: true));
    }

    [Fact]
    public void Of_a_pod_that_is_deleted_with_its_Job_the_events_are_asked_for()
    {
        Assert.Equal(Events, Command(Facts with { ExitCode = 3 }));
        Assert.Equal(Events, Command(Facts with { Signal = 9, OutOfMemory = true }));
        Assert.Equal(Events, Command(Ended(PlatformCause.InitFailed)));
    }

    [Fact]
    public void What_the_platform_did_is_asked_where_it_is_still_known_once_the_pod_is_gone()
    {
        Assert.Equal(Events, Command(Ended(PlatformCause.ImagePull)));
        Assert.Equal("kubectl describe node node1", Command(Ended(PlatformCause.NodeLost)));
        Assert.Equal(Events, Command(Ended(PlatformCause.NodeLost) with { Node = null }));
        Assert.StartsWith("kubectl get nodes -o custom-columns=", Command(Ended(PlatformCause.Infeasible)), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cause_has_one_line()
    {
        foreach (var cause in Enum.GetValues<PlatformCause>())
        {
            foreach (var isKept in (bool[])[false, true])
            {
                var command = Command(Ended(cause), isKept);
                Assert.StartsWith("kubectl ", command, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', command);
            }
        }
    }

    private static AttemptFacts Ended(PlatformCause cause) => Facts with { Platform = new PlatformEnd(cause, "words") };

    private static string Command(AttemptFacts facts, bool isKept = false) => PodFailureAdvice.CommandFor("batch", "r-t-0-x7k2p", "task", facts, isKept);
}
