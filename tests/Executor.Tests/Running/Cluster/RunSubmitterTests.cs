using System.Text.Json.Nodes;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;
using Executor.Running;
using Executor.Running.Cluster;
using Executor.Tests.Launching.Kubernetes;
using Executor.Tests.Planning;
using Xunit;

namespace Executor.Tests.Running.Cluster;

/// <summary>Submissions, with the embedded store in the place of the cluster's.</summary>
public sealed class RunSubmitterTests : ClusterFixture
{
    private readonly RecordingRunOutput _output = new();
    private readonly StringWriter _errors = new();

    private static string Driver => $"{JobsPath}/{ObjectNames.Driver("nightly")}";

    [Fact]
    public async Task A_run_is_an_anchor_a_submission_and_a_drivers_job()
    {
        await using var store = await OpenStoreAsync();
        Assert.Equal(ExitCodes.Succeeded, await SubmitAsync(store));

        var anchor = Server.Find($"{ConfigMapsPath}/executor-nightly")!;
        var job = Server.Find(Driver)!;
        Assert.Equal((string?)anchor["metadata"]!["uid"], (string?)job["metadata"]!["ownerReferences"]![0]!["uid"]);
        var arguments = job["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray().Select(word => (string?)word!).ToList();
        Assert.Equal(["drive", "nightly", "--submission"], arguments[..3]);
        Assert.Equal(["--metrics-listen", "[::]:8816"], arguments[4..]);
        Assert.Equal(8816, (int?)job["spec"]!["template"]!["spec"]!["containers"]![0]!["ports"]![0]!["containerPort"]);
        var submission = Submission.Deserialize((await store.Records.GetAsync("nightly", RecordKeys.Blob(arguments[3]!), Cancellation))!.Value.Span);
        var workflow = await store.Records.GetAsync("nightly", RecordKeys.Blob(submission.Workflow), Cancellation);
        Assert.Equal("q", ResolvedWorkflow.Deserialize(workflow!.Value.Span).Plan.Workflow);
        Assert.Equal((4, 0L), (submission.Parallel, submission.ResumeBefore));
    }

    [Fact]
    public async Task A_second_submission_follows_the_first_ones_driver()
    {
        await using var store = await OpenStoreAsync();
        await SubmitAsync(store);
        var uid = (string?)Server.Find(Driver)!["metadata"]!["uid"];
        Assert.Equal(ExitCodes.Succeeded, await SubmitAsync(store));
        Assert.Equal(uid, (string?)Server.Find(Driver)!["metadata"]!["uid"]);
        Assert.Contains("run nightly has a driver already: following that one", _output.Notices);
    }

    [Theory]
    [InlineData("Complete")]
    [InlineData("Failed")]
    public async Task A_driver_that_has_ended_is_replaced(string condition)
    {
        await using var store = await OpenStoreAsync();
        await SubmitAsync(store);
        var uid = (string?)Server.Find(Driver)!["metadata"]!["uid"];
        Server.Mutate(Driver, job => job["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = condition, ["status"] = "True" }),
        });
        await SubmitAsync(store);
        Assert.NotEqual(uid, (string?)Server.Find(Driver)!["metadata"]!["uid"]);
    }

    [Fact]
    public async Task The_driver_of_a_deleted_run_of_the_same_name_is_not_followed()
    {
        await using var store = await OpenStoreAsync();
        var old = Server.Create(JobsPath, new JsonObject
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = new JsonObject { ["name"] = ObjectNames.Driver("nightly") },
            ["spec"] = new JsonObject(),
        });
        await SubmitAsync(store);
        Assert.NotEqual((string?)old["metadata"]!["uid"], (string?)Server.Find(Driver)!["metadata"]!["uid"]);
    }

    [Theory]
    [InlineData("      workingDirectory: data\n", "workingDirectory")]
    [InlineData("      podTemplate: {spec: {containers: null}}\n", "podTemplate")]
    public async Task A_task_that_no_pod_can_run_is_told_before_anything_stands(string fields, string says)
    {
        await using var store = await OpenStoreAsync();
        Assert.Equal(ExitCodes.InvalidInput, await SubmitAsync(store, fields));
        Assert.Contains(says, _errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(Server.All(ConfigMapsPath));
        Assert.Empty(Server.All(JobsPath));
    }

    private Task<StoreConnection> OpenStoreAsync() =>
        StoreConnection.OpenAsync(StoreAddress.Embedded, StateDirectory.Open(Path.Combine(Folder, "state")), Cancellation);

    private async Task<int> SubmitAsync(StoreConnection store, string fields = "")
    {
        var options = Options() with { Store = store.Addresses, StoreKeyFile = StateDirectory.Open(Path.Combine(Folder, "state")).KeyFile };
        using var interrupts = Interrupts.None();
        var submitter = new RunSubmitter(new RunRequest { RunId = "nightly", Parallel = 4 }, options, _output, _errors, interrupts, TimeProvider.System);
        ProvideCode none = (_, _, _, _) => Task.FromResult<IReadOnlyDictionary<string, CodeLocation>>(new Dictionary<string, CodeLocation>());
        var workflow = "apiVersion: executor.dev/v1alpha1\nkind: Workflow\nmetadata: {name: q}\nspec:\n  tasks:\n    - name: work\n      command: [run]\n      image: i\n" + fields;
        return await submitter.RunAsync(TestPlans.Resolve(workflow), "nightly", none, follow: false);
    }
}
