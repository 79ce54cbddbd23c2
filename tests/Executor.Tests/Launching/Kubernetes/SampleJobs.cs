using System.Text.Json.Nodes;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Launching;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;
using Executor.Tests.Planning;

namespace Executor.Tests.Launching.Kubernetes;

/// <summary>Jobs of tasks that are written in tests.</summary>
internal sealed class SampleJobs
{
    public static readonly Uri Store = new("http://10.0.0.9:8815");

    private readonly RunPlan _plan;
    private readonly DescriptorFactory _descriptors;

    /// <summary>A workflow of one task, named <c>work</c> and with three instances, and these fields.</summary>
    public SampleJobs(string fields = "", PodSettings? settings = null, string? anchorUid = null)
    {
        _plan = TestPlans.PlanTasks($"    - name: work\n      fanOut: {{count: 3}}\n      command: [run, \"{{{{index}}}}\"]\n      image: user/image:7\n{fields}");
        _descriptors = new DescriptorFactory(_plan, "nightly", [Store]);
        Factory = new JobFactory(settings ?? Settings(anchorUid), _plan.Tasks.ToDictionary(task => task.Name));
    }

    public JobFactory Factory { get; }

    public static PodSettings Settings(string? anchorUid = null) => new()
    {
        RunnerImage = "executor/task-runner:1",
        DotnetImage = "executor/dotnet-task:1",
        Workflow = "q",
        Anchor = Anchor(anchorUid),
        RunSecret = "executor-nightly-key",
    };

    public static ObjectReference Anchor(string? uid = null) => new("v1", "ConfigMap", "executor-nightly", uid ?? "anchor-uid");

    public TaskDescriptor Descriptor(int index = 0, int attempt = 1) => _descriptors.Create(0, index, 0, attempt, []);

    public JsonObject Job(int index = 0, int attempt = 1, bool isStored = false, params string[] avoid) => Job(Descriptor(index, attempt), isStored, avoid);

    public JsonObject Job(TaskDescriptor descriptor, bool isStored = false, params string[] avoid) =>
        Factory.Create(descriptor, JobFactory.Encode(descriptor), isStored, avoid);

    public AttemptJob Written(int index = 0, int attempt = 1) => Written(Descriptor(index, attempt));

    public AttemptJob Written(TaskDescriptor descriptor, bool isStored = false, params string[] avoid) =>
        Factory.Write(descriptor, JobFactory.Encode(descriptor), isStored, avoid);

    public LaunchRequest Request(int index = 0, int attempt = 1) => new(Descriptor(index, attempt), "secret");

    public void Check() => Factory.Check(_plan, _descriptors);

    public static AttemptId Attempt(int index = 0, int attempt = 1) => new("nightly", "work", index, 0, attempt);

    public static JsonObject SpecOf(JsonObject job) => job["spec"]!["template"]!["spec"]!.AsObject();

    public static JsonObject TaskOf(JsonObject job) => SpecOf(job)["containers"]!.AsArray().Single(container => (string?)container!["name"] == "task")!.AsObject();

    public static string? VariableOf(JsonObject job, string name) =>
        (string?)TaskOf(job)["env"]!.AsArray().SingleOrDefault(variable => (string?)variable!["name"] == name)?["value"];
}
