using System.Text.Json.Nodes;
using Executor.Cluster.TaskClasses;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Cluster.TaskClasses;

public sealed class ClassRecommendationsTests : ClusterFixture
{
    private const string ClassesPath = "/apis/executor.dev/v1alpha1/namespaces/batch/taskclasses";
    private const string AutoscalersPath = "/apis/autoscaling.k8s.io/v1/namespaces/batch/verticalpodautoscalers";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Every_class_has_one_object_with_a_selector_and_the_number_of_its_pods()
    {
        AddPod("a", "Running", "nightly", "heavy");
        AddPod("b", "Succeeded", "nightly", "heavy");
        AddPod("c", "Pending", "weekly", "heavy");
        AddPod("d", "Running", "test", null, task: "map");

        // Named like a class, and of none; in another workflow; of a class that is named like the task.
        AddPod("e", "Running", "test", null, task: "heavy");
        AddPod("f", "Running", "nightly", null, task: "map");
        AddPod("g", "Running", "test", "map");
        await using var recommendations = await StartAsync();

        var heavy = Server.Find($"{ClassesPath}/heavy")!;
        Assert.Equal("heavy", (string?)heavy["spec"]!["class"]);
        Assert.Equal(0, (int?)heavy["spec"]!["replicas"]);
        Assert.Null(heavy["spec"]!["workflow"]);
        Assert.Null(heavy["metadata"]!["ownerReferences"]);
        Assert.Equal("app.kubernetes.io/component=task,executor.dev/class=heavy", (string?)heavy["status"]!["selector"]);
        Assert.Equal(2, (int?)heavy["status"]!["replicas"]);
        var map = Server.Find($"{ClassesPath}/test.map")!;
        Assert.Equal("app.kubernetes.io/component=task,executor.dev/workflow=test,executor.dev/task=map", (string?)map["status"]!["selector"]);
        Assert.Equal(1, (int?)map["status"]!["replicas"]);
        Assert.Equal(2, Requests("POST", ClassesPath).Count);
    }

    [Fact]
    public async Task What_stands_already_is_kept_and_is_written_only_when_something_has_changed()
    {
        await using (await StartAsync())
        {
        }

        var written = Requests("PATCH", "/status").Count;
        await using var again = await StartAsync();
        Assert.Equal(written, Requests("PATCH", "/status").Count);
        Assert.Equal(2, Requests("POST", ClassesPath).Count);

        AddPod("a", "Running", "nightly", "heavy");
        await AdvanceAsync();
        await EventuallyAsync(() => (int?)Server.Find($"{ClassesPath}/heavy")!["status"]!["replicas"] == 1, "the new number of pods");
    }

    [Fact]
    public async Task A_recommendation_is_known_before_the_first_launch_and_followed_as_it_changes()
    {
        Recommend("300Mi");
        await using var recommendations = await StartAsync();
        Assert.Equal(300L << 20, recommendations.Of("big").MemoryBytes);
        Assert.Equal("no VPA has TaskClass test.map as its target", recommendations.Of("map").Reason);
        Assert.Contains("not sized by VPA", recommendations.Of("other").Reason, StringComparison.Ordinal);

        Server.Mutate($"{AutoscalersPath}/heavy", vpa => vpa["status"] = Status("500Mi"));
        await AdvanceAsync();
        await EventuallyAsync(() => recommendations.Of("big").MemoryBytes == 500L << 20, "the changed recommendation");
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_reason_and_no_failure_and_what_was_read_before_still_counts()
    {
        Recommend("300Mi");
        Server.Add(Refusal(ClassesPath, 403, "taskclasses is forbidden"));
        await using (var without = await StartAsync())
        {
            Assert.Equal((null, "TaskClass heavy: "), (without.Of("big").MemoryBytes, without.Of("big").Reason[..17]));
        }

        Server.Add(Refusal(AutoscalersPath, 404, "the server could not find the requested resource"));
        await using var recommendations = await StartAsync();
        Assert.Equal("the namespace's VPAs: the cluster does not have the kind", recommendations.Of("big").Reason);
        await AdvanceAsync();
        await EventuallyAsync(() => recommendations.Of("big").MemoryBytes == 300L << 20, "the recommendation");

        Server.Add(Refusal(AutoscalersPath, 503, "overloaded"));
        await AdvanceAsync();
        await AdvanceAsync();
        Assert.Equal(300L << 20, recommendations.Of("big").MemoryBytes);
    }

    private static ApiFault Refusal(string path, int status, string message) => ApiFault.Refuse(
        request => request.Path.StartsWith(path, StringComparison.Ordinal), new ApiErrorException(status, "Refused", message), times: path == ClassesPath ? 2 : 1);

    private static JsonObject Status(string memory) => JsonNode.Parse($$$"""
        {"conditions": [{"type": "RecommendationProvided", "status": "True"}],
         "recommendation": {"containerRecommendations": [{"containerName": "task", "target": {"cpu": "250m", "memory": "{{{memory}}}"}}]}}
        """)!.AsObject();

    private Task<ClassRecommendations> StartAsync() => ClassRecommendations.StartAsync(
        Client, Space, "test", [Plans.Task("big", 3) with { Class = "heavy" }, Plans.Task("bigger", 1) with { Class = "heavy" }, Plans.Task("map", 2)], _time, Cancellation);

    private async Task AdvanceAsync()
    {
        await _time.WhenTimerRunsAsync(due => due == ClassRecommendations.Interval, Cancellation);
        _time.Advance(ClassRecommendations.Interval);
    }

    private void Recommend(string memory)
    {
        Server.Create(AutoscalersPath, JsonNode.Parse("""
            {"apiVersion": "autoscaling.k8s.io/v1", "kind": "VerticalPodAutoscaler", "metadata": {"name": "heavy"},
             "spec": {"targetRef": {"apiVersion": "executor.dev/v1alpha1", "kind": "TaskClass", "name": "heavy"}, "updatePolicy": {"updateMode": "Off"}}}
            """)!.AsObject());
        Server.Mutate($"{AutoscalersPath}/heavy", vpa => vpa["status"] = Status(memory));
    }

    private void AddPod(string name, string phase, string workflow, string? taskClass, string task = "big")
    {
        var labels = new JsonObject
        {
            ["app.kubernetes.io/component"] = "task",
            ["executor.dev/workflow"] = workflow,
            ["executor.dev/task"] = task,
        };
        if (taskClass is not null)
        {
            labels["executor.dev/class"] = taskClass;
        }

        Server.Create(PodsPath, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = labels,
            },
            ["spec"] = JsonNode.Parse("""{"containers": [{"name": "task", "image": "x"}]}"""),
        });
        Server.Mutate($"{PodsPath}/{name}", pod => pod["status"] = new JsonObject { ["phase"] = phase });
    }
}
