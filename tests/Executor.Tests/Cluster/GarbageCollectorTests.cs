using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Cluster.Collection;
using Executor.Hosting;
using Executor.Launching.Kubernetes.Pods;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Xunit;

namespace Executor.Tests.Cluster;

/// <summary>What is done about a run without records; what is done about others the end-to-end tests show.</summary>
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
        Server.Create(JobsPath, DriverJob.Create("nightly", "q", anchor, new Uri("http://store:8815"), "hash", Options()));
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
        return await RunAnchor.EnsureAsync(Cluster, "nightly", "q", new Uri("http://store:8815"), Cancellation);
    }

    private async Task CollectAsync()
    {
        await using var store = await StoreConnection.OpenAsync(StoreAddress.Embedded, StateDirectory.Open(Path.Combine(Folder, "state")), Cancellation);
        await new GarbageCollector(Cluster, store, _time).CollectAsync(_told.Add, Cancellation);
    }
}
