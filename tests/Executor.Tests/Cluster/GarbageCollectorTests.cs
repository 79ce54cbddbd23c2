using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Cluster.Collection;
using Executor.Contracts.Records;
using Executor.Hosting;
using Executor.Journaling;
using Executor.Launching.Kubernetes.Pods;
using Executor.Scheduling;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Executor.Tests.Planning;
using Xunit;

namespace Executor.Tests.Cluster;

/// <summary>What dead executors leave, and what is done about it; runs have real records.</summary>
public sealed class GarbageCollectorTests : ClusterFixture
{
    private readonly ManualTime _time = new();
    private readonly List<string> _told = [];

    [Fact]
    public async Task The_objects_of_a_run_without_records_are_deleted_once_it_is_not_young_any_more()
    {
        var anchor = await PrepareAsync();
        Server.Create(JobsPath, new SampleJobs(anchorUid: anchor.Uid).Job());
        await CollectAsync();
        Assert.Empty(_told);
        Assert.Single(Server.All(JobsPath));

        _time.Advance(TimeSpan.FromMinutes(6));
        await CollectAsync();
        Assert.Equal(["run nightly: its records are gone, so its objects are deleted"], _told);
        Assert.Empty(Server.All(JobsPath));
        Assert.Empty(Server.All(ConfigMapsPath));
    }

    [Fact]
    public async Task A_run_whose_driver_has_not_come_to_write_anything_is_left_alone()
    {
        var anchor = await PrepareAsync();
        Server.Create(JobsPath, DriverJob.Create("nightly", "q", anchor, [new Uri("http://store:8815")], null, "hash", Options()));
        _time.Advance(TimeSpan.FromHours(1));
        await CollectAsync();
        Assert.Single(Server.All(ConfigMapsPath));

        Server.Mutate($"{JobsPath}/{ObjectNames.Driver("nightly")}", job => job["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Failed", ["status"] = "True" }),
        });
        await CollectAsync();
        Assert.Empty(Server.All(ConfigMapsPath));
    }

    [Fact]
    public async Task The_Jobs_of_a_run_that_has_ended_are_deleted_and_its_records_stay()
    {
        var anchor = await PrepareAsync();
        Server.Create(JobsPath, new SampleJobs(anchorUid: anchor.Uid).Job());
        await WriteJournalAsync(new RevisionDecision(0), new FinishDecision(RunOutcome.Failed));

        await CollectAsync();

        Assert.Equal(["run nightly has ended: 1 Jobs of attempts are deleted"], _told);
        Assert.Empty(Server.All(JobsPath));
        Assert.Single(Server.All(ConfigMapsPath));
    }

    [Fact]
    public async Task Jobs_that_only_an_executor_ends_are_ended_where_none_is_there_to_do_so()
    {
        var anchor = await PrepareAsync();
        await WriteJournalAsync(new RevisionDecision(0));
        foreach (var (index, phase) in new[] { "Succeeded", "Failed", "Running" }.Index())
        {
            var job = new SampleJobs(anchorUid: anchor.Uid).Job(index);
            job["spec"]!["managedBy"] = KubernetesLabels.JobController;
            var name = (string)Server.Create(JobsPath, job)["metadata"]!["name"]!;
            Server.Create(PodsPath, new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Pod",
                ["metadata"] = new JsonObject { ["name"] = ObjectNames.Pod(name) },
                ["spec"] = job["spec"]!["template"]!["spec"]!.DeepClone(),
            });
            Server.Mutate($"{PodsPath}/{ObjectNames.Pod(name)}", pod => pod["status"] = new JsonObject { ["phase"] = phase });
        }

        await CollectAsync();

        Assert.Equal(
            [
                "run nightly has not ended and nobody drives it: go on with `executor run ... --run-id nightly`, or end it with `executor delete nightly`",
                "run nightly: 2 Jobs whose pods have ended are marked as ended",
            ],
            _told);
        Assert.Equal(
            ["Complete", "Failed", null],
            Enumerable.Range(0, 3).Select(index => (string?)Server.Find($"{JobsPath}/{ObjectNames.Job(SampleJobs.Attempt(index))}")!["status"]?["conditions"]?[1]?["type"]));
    }

    [Fact]
    public async Task A_run_that_is_driven_is_left_to_its_driver()
    {
        var anchor = await PrepareAsync();
        Server.Create(JobsPath, new SampleJobs(anchorUid: anchor.Uid).Job());
        await WriteJournalAsync(new RevisionDecision(0));
        await using (await RunLease.HoldAsync(Cluster, "nightly", "q", anchor, "driver", _ => { }, _time, Cancellation))
        {
            await CollectAsync();
            Assert.Empty(_told);
        }

        await CollectAsync();
        Assert.Contains("nobody drives it", Assert.Single(_told), StringComparison.Ordinal);
        Assert.Single(Server.All(JobsPath));
    }

    [Fact]
    public async Task What_is_not_the_executors_is_left_alone()
    {
        await StartAsync(new FakeApiOptions { TimeProvider = _time }, _time);
        Assert.NotEmpty(AnchorUid);
        _time.Advance(TimeSpan.FromHours(1));
        await CollectAsync();
        Assert.Single(Server.All(ConfigMapsPath));
    }

    private async Task<ObjectReference> PrepareAsync()
    {
        await StartAsync(new FakeApiOptions { TimeProvider = _time }, _time);
        return await RunAnchor.EnsureAsync(Cluster, "nightly", "q", [new Uri("http://store:8815")], Cancellation);
    }

    private async Task WriteJournalAsync(params Decision[] decisions)
    {
        await using var store = await OpenStoreAsync();
        var resolved = TestPlans.Resolve(
            "apiVersion: executor.dev/v1alpha1\nkind: Workflow\nmetadata: {name: q}\nspec:\n  tasks: [{name: work, fanOut: {count: 3}, command: [run]}]\n");
        await store.Records.CreateAsync("nightly", RecordKeys.Workflow(0), resolved.Serialize(), Cancellation);
        var journal = new Journal(store.Records, "nightly", new TaskGraph(resolved.Plan), "nonce");
        Assert.True(await journal.TryOpenAsync(_time.GetUtcNow(), Cancellation));
        await journal.AppendAsync(journal.Encode(decisions, _time.GetUtcNow()), Cancellation);
    }

    private Task<StoreConnection> OpenStoreAsync() =>
        StoreConnection.OpenAsync(StoreAddress.Embedded, StateDirectory.Open(Path.Combine(Folder, "state")), Cancellation);

    private async Task CollectAsync()
    {
        await using var store = await OpenStoreAsync();
        await new GarbageCollector(Cluster, store, _time).CollectAsync(_told.Add, Cancellation);
    }
}
