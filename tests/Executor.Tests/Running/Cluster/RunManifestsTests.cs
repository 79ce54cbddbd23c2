using Executor.Cluster;
using Executor.Planning;
using Executor.Running.Cluster;
using Executor.Tests.Planning;
using Executor.Tests.Workflows;
using Xunit;

namespace Executor.Tests.Running.Cluster;

public sealed class RunManifestsTests : IDisposable
{
    private readonly WorkflowFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, null, "https://executor-store:8815/", "AUTHORITY-OF-THE-STORE")]
    [InlineData("http://elsewhere:8815", "PEM", "http://elsewhere:8815/", null)]
    [InlineData("https://elsewhere:8815", null, "https://elsewhere:8815/", null)]
    [InlineData("https://elsewhere:8815", "PEM", "https://elsewhere:8815/", "PEM")]
    public void Pods_are_given_the_authority_of_a_store_that_has_one_of_its_own(string? store, string? authority, string address, string? given)
    {
        var resolved = WorkflowPlanner.Plan(_folder.Write("q.yaml", TestPlans.Sales), new Dictionary<string, string>()).Resolved!;
        var options = new ClusterOptions
        {
            Images = new ClusterImages { Runner = "x/task-runner:1", Dotnet = "x/dotnet-task:1", Driver = "x/executor:1", Store = "x/shuffle-store:1" },
            Store = store is null ? null : [new Uri(store)],
            StoreAuthorities = authority,
        };

        var objects = RunManifests.Of(resolved, "run-1", options);

        Assert.Equal(address, (string?)objects[0]["data"]!["store"]);
        Assert.Equal(given, (string?)objects[1]["stringData"]!["store-ca.crt"]);
        Assert.Equal(given is not null, objects[^1]["spec"]!["template"]!.ToJsonString().Contains("store-ca.crt", StringComparison.Ordinal));
    }
}
