using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Launching.Kubernetes.Pods;
using Executor.Running.Cluster;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Executor.Tests.Running.Cluster;

public sealed class RunFollowerTests : ClusterFixture
{
    private readonly RecordingRunOutput _output = new();

    [Fact]
    public async Task A_driver_is_followed_to_its_last_word()
    {
        CreateDriver("driver-a", "Running");
        Server.SetLog(Space, "driver-a", DriverJob.Container, Lines(1, "one", "two") + Finished(3));
        await FollowAsync();
        Assert.Equal(["one", "two"], _output.Notices);
    }

    [Fact]
    public async Task A_log_that_breaks_off_is_taken_up_again_without_loss_or_repetition()
    {
        CreateDriver("driver-a", "Running");
        var (first, second) = (Lines(1, "one", "two"), Lines(2, "three"));
        AnswerLog(context => BreakAsync(context, first + "2026-01-01T00:00:02.0000", 2));

        // Then the server is away for a while, which must not make the follower forget.
        Server.Add(ApiFault.Refuse(IsLog, new ApiErrorException(500, "InternalError", "no route to the kubelet")));
        Server.Add(ApiFault.Abort(IsLog));
        string? since = null;
        AnswerLog(context =>
        {
            since = context.Request.Query["sinceTime"];
            return BreakAsync(context, first + second, 4);
        });
        AnswerLog(context => WriteAsync(context, first + second + Lines(2, "four") + Finished(3)));
        await FollowAsync();
        Assert.Equal(["one", "two", "three", "four"], _output.Notices.Where(notice => !notice.Contains("cluster", StringComparison.Ordinal)));
        Assert.StartsWith("2026-01-01T00:00:00", since, StringComparison.Ordinal);
        Assert.Contains("the cluster answers again", _output.Notices);
    }

    [Fact]
    public async Task What_a_driver_wrote_before_it_ended_is_read_though_the_log_broke_off_at_that_moment()
    {
        CreateDriver("driver-a", "Running");
        AnswerLog(context =>
        {
            Server.Mutate($"{PodsPath}/driver-a", pod => pod["status"] = Status("Succeeded"));
            return BreakAsync(context, Lines(1, "one"), 1);
        });
        Server.SetLog(Space, "driver-a", DriverJob.Container, Lines(1, "one", "two") + Finished(2));
        await FollowAsync();
        Assert.Equal(["one", "two"], _output.Notices);
    }

    [Fact]
    public async Task A_driver_that_dies_is_followed_in_its_next_pod()
    {
        CreateDriver("driver-a", "Failed");
        Server.SetLog(Space, "driver-a", DriverJob.Container, Lines(1, "one"));
        AnswerLog(context =>
        {
            CreateDriver("driver-b", "Running");
            return WriteAsync(context, Lines(1, "one"));
        });
        Server.SetLog(Space, "driver-b", DriverJob.Container, Lines(1, "one again") + Finished(2));
        await FollowAsync();
        Assert.Equal(["one", "one again"], _output.Notices);
    }

    [Fact]
    public async Task A_driver_that_leaves_its_run_is_followed_in_its_next_pod()
    {
        CreateDriver("driver-a", "Failed");
        Server.SetLog(Space, "driver-a", DriverJob.Container, Lines(1, "one") + Finished(1, "left"));
        AnswerLog(context =>
        {
            CreateDriver("driver-b", "Running");
            return WriteAsync(context, Lines(1, "one") + Finished(1, "left"));
        });
        Server.SetLog(Space, "driver-b", DriverJob.Container, Lines(1, "two") + Finished(2));
        await FollowAsync();
        Assert.Equal(["one", "two"], _output.Notices);
    }

    [Fact]
    public async Task A_driver_that_can_never_start_is_taken_away_and_it_is_said_why()
    {
        CreateJob();
        CreateDriver("driver-a", "Pending");
        Server.Mutate($"{PodsPath}/driver-a", pod =>
        {
            pod["spec"]!["nodeName"] = "node1";
            pod["status"]!["containerStatuses"]![0]!["state"] = new JsonObject
            {
                ["waiting"] = new JsonObject { ["reason"] = "InvalidImageName", ["message"] = "couldn't parse image reference" },
            };
        });
        var failure = await Assert.ThrowsAsync<ClusterException>(FollowAsync);
        Assert.Contains("the image i cannot be used", failure.Message, StringComparison.Ordinal);
        Assert.Contains("executor run ... --run-id nightly", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Server.All(JobsPath));
    }

    [Fact]
    public async Task A_driver_that_has_run_and_whose_next_pod_cannot_start_is_left_to_its_job()
    {
        CreateJob();
        CreateDriver("driver-a", "Failed");
        Server.SetLog(Space, "driver-a", DriverJob.Container, Lines(1, "one"));
        CreateDriver("driver-b", "Pending");
        Server.Mutate($"{PodsPath}/driver-b", pod =>
        {
            pod["spec"]!["nodeName"] = "node1";
            pod["status"]!["containerStatuses"]![0]!["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "InvalidImageName" } };
        });
        var following = FollowAsync();

        // Looked at more than once without its first driver's log, which is read.
        await EventuallyAsync(() => Requests("GET", ObjectNames.Driver("nightly")).Count > 2, "the follower to look at the Job");
        Assert.Single(Server.All(JobsPath));
        Server.Mutate($"{PodsPath}/driver-b", pod => pod["status"] = Status("Running"));
        Server.SetLog(Space, "driver-b", DriverJob.Container, Lines(1, "two") + Finished(2));
        await following;
        Assert.Equal(["one", "two"], _output.Notices);
    }

    [Fact]
    public async Task What_keeps_a_driver_from_starting_is_told_once()
    {
        var time = new ManualTime();
        var start = new PodStart(Cluster, "the run's driver", DriverJob.Container, _output.Notice, time);
        CreateJob();
        var job = await Cluster.Client.Jobs(Space).ReadAsync(ObjectNames.Driver("nightly"), Cancellation);
        CreateEvent(job.Metadata.Uid!, "FailedCreate", "Error creating: serviceaccount executor-driver not found");
        await LookAsync(() => start.LookAsync(job, Cancellation));
        Assert.Contains("serviceaccount executor-driver not found", Assert.Single(_output.Notices), StringComparison.Ordinal);

        CreateDriver("driver-a", "Pending");
        Server.Mutate($"{PodsPath}/driver-a", unscheduled => unscheduled["status"] = JsonNode.Parse(
            """{"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/2 nodes are available"}]}"""));
        var pod = await Cluster.Client.Pods(Space).ReadAsync("driver-a", Cancellation);
        await LookAsync(() => start.LookAsync(pod, Cancellation));
        Assert.Equal(2, _output.Notices.Count);
        Assert.Contains("0/2 nodes are available", _output.Notices.Last(), StringComparison.Ordinal);

        // Sixty looks, a second apart: events are asked for when they have had time to change.
        Assert.InRange(Requests("GET", "/events").Count, 1, 12);

        async Task LookAsync(Func<Task<string?>> look)
        {
            for (var seconds = 0; seconds < 30; seconds++)
            {
                Assert.Null(await look());
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact]
    public async Task A_driver_whose_job_has_ended_without_a_last_word_is_waited_for_no_longer()
    {
        CreateDriver("driver-a", "Failed");
        Server.SetLog(Space, "driver-a", DriverJob.Container, Lines(1, "out of memory"));
        CreateJob();
        Server.Mutate($"{JobsPath}/{ObjectNames.Driver("nightly")}", job => job["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Failed", ["status"] = "True" }),
        });
        await FollowAsync();
        Assert.Equal(["out of memory"], _output.Notices);
    }

    [Fact]
    public async Task Following_ends_when_it_is_cancelled()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        CreateDriver("driver-a", "Running");
        Server.Add(ApiFault.Hang(IsLog));
        var following = new RunFollower(Cluster, "nightly", _output, TimeProvider.System).FollowAsync(stop.Token);
        await EventuallyAsync(() => Requests("GET", "/log").Count > 0, "the log's request");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    private static string Lines(int second, params string[] notices) =>
        string.Concat(notices.Select((notice, n) => $"2026-01-01T00:00:0{second}.00000000{n}Z {{\"event\": \"notice\", \"message\": \"{notice}\"}}\n"));

    private static string Finished(int second, string outcome = "succeeded") => $"2026-01-01T00:00:0{second}.5Z {{\"event\": \"finished\", \"outcome\": \"{outcome}\"}}\n";

    private static bool IsLog(FakeRequest request) => request.Path.EndsWith("/log", StringComparison.Ordinal);

    private static Task WriteAsync(HttpContext context, string text) => context.Response.WriteAsync(text);

    // The connection breaks once so much was shown: what is under way when it breaks may be lost.
    private async Task BreakAsync(HttpContext context, string text, int shown)
    {
        await context.Response.WriteAsync(text);
        await context.Response.Body.FlushAsync();
        await EventuallyAsync(() => _output.Notices.Count >= shown, "what the log said");
        context.Abort();
    }

    private static JsonObject Status(string state)
    {
        var status = SamplePods.Status(state);
        status["containerStatuses"]![0]!["name"] = DriverJob.Container;
        return status;
    }

    private Task FollowAsync() => new RunFollower(Cluster, "nightly", _output, TimeProvider.System).FollowAsync(Cancellation);

    private void AnswerLog(Func<HttpContext, Task> answer) => Server.Add(new ApiFault(IsLog, answer));

    private void CreateJob() => Server.Create(JobsPath, new JsonObject
    {
        ["apiVersion"] = "batch/v1",
        ["kind"] = "Job",
        ["metadata"] = new JsonObject { ["name"] = ObjectNames.Driver("nightly") },
        ["spec"] = new JsonObject(),
    });

    private void CreateEvent(string uid, string reason, string message) => Server.Create($"/api/v1/namespaces/{Space}/events", new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Event",
        ["metadata"] = new JsonObject { ["name"] = "e1" },
        ["involvedObject"] = new JsonObject { ["kind"] = "Job", ["uid"] = uid },
        ["reason"] = reason,
        ["message"] = message,
        ["lastTimestamp"] = "2026-01-01T00:00:00Z",
    });

    private void CreateDriver(string name, string state)
    {
        Server.Create(PodsPath, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { [KubernetesLabels.Run] = "nightly", [KubernetesLabels.Component] = KubernetesLabels.DriverComponent },
            },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = DriverJob.Container, ["image"] = "i" }) },
        });
        Server.Mutate($"{PodsPath}/{name}", pod => pod["status"] = Status(state));
    }
}
