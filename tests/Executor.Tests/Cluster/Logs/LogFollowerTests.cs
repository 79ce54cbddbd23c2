using System.Collections.Concurrent;
using Executor.Cluster.Logs;
using Executor.Launching.Kubernetes.Pods;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Executor.Tests.Cluster.Logs;

public sealed class LogFollowerTests : ClusterFixture
{
    private readonly ConcurrentQueue<string> _written = [];

    [Fact]
    public async Task Logs_are_followed_over_breaks_and_ends_until_their_containers_have_ended()
    {
        var pod = CreatePod(0, "Running");
        const string First = "2026-01-01T00:00:01.1Z {\"message\": \"one\"}\n";
        const string Second = "2026-01-01T00:00:01.2Z plain text\n";

        // Broken off, then ended by a server on the way, then refused, and then the container ends.
        Answer(async context =>
        {
            await context.Response.WriteAsync(First);
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        Answer(context => context.Response.WriteAsync(First));
        Server.Add(ApiFault.Refuse(IsLog, new ApiErrorException(500, "InternalError", "no")));
        Answer(context =>
        {
            Server.Mutate($"{PodsPath}/{pod}", item => item["status"] = SamplePods.Status("Succeeded"));
            return context.Response.WriteAsync(First);
        });
        Server.SetLog(Space, pod, PodFactory.TaskContainer, First + Second);
        var ended = new TaskCompletionSource();
        var following = Follower().RunAsync(ended.Task, Cancellation);
        await EventuallyAsync(() => _written.Count == 2, "both lines");
        ended.SetResult();
        await following;
        Assert.Equal(["work[0] one", "work[0] plain text"], _written);
    }

    [Fact]
    public async Task A_pod_that_is_gone_is_no_longer_followed_and_others_are_read()
    {
        var gone = CreatePod(0, "Running");
        Answer(context =>
        {
            Server.Delete($"{PodsPath}/{gone}");
            context.Abort();
            return Task.CompletedTask;
        });
        var ended = new TaskCompletionSource();
        var following = Follower().RunAsync(ended.Task, Cancellation);
        await EventuallyAsync(() => Server.All(PodsPath).Count == 0, "the pod's end");
        var other = CreatePod(1, "Succeeded", log: "2026-01-01T00:00:01.1Z late\n");
        Assert.NotEqual(gone, other);
        await EventuallyAsync(() => _written.Contains("work[1] late"), "the late line");
        ended.SetResult();
        await following;
    }

    [Fact]
    public async Task What_is_there_is_read_without_waiting()
    {
        CreatePod(0, "Running", log: "one\n");
        CreatePod(1, "Pending");
        var found = await Follower().ReadAsync(Cancellation);
        Assert.Equal([SampleJobs.Attempt(0)], found);
        Assert.Equal(["work[0] one"], _written);
    }

    private static bool IsLog(FakeRequest request) => request.Path.EndsWith("/log", StringComparison.Ordinal);

    private void Answer(Func<HttpContext, Task> answer) => Server.Add(new ApiFault(IsLog, answer));

    private LogFollower Follower() =>
        new(Cluster, "nightly", null, null, (attempt, line) => _written.Enqueue($"{attempt.Task}[{attempt.Index}] {line}"), TimeProvider.System);

    private string CreatePod(int index, string state, string? log = null)
    {
        var pod = JobFactory.PodOf(new SampleJobs().Job(index), "job");
        pod["metadata"]!.AsObject().Remove("ownerReferences");
        var name = (string)pod["metadata"]!["name"]!;
        if (log is not null)
        {
            Server.SetLog(Space, name, PodFactory.TaskContainer, log);
        }

        Server.Create(PodsPath, pod);
        Server.Mutate($"{PodsPath}/{name}", item => item["status"] = SamplePods.Status(state));
        return name;
    }
}
