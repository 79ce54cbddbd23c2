using Cluster.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Runs;

/// <summary>Trying the product on a cluster takes one command.</summary>
public sealed class TrialTests
{
    [Fact]
    public async Task One_command_in_an_empty_namespace_starts_a_store_and_runs_a_workflow()
    {
        var token = TestContext.Current.CancellationToken;
        using var cluster = await RealCluster.ConnectAsync(token);
        await using var place = await cluster.CreateNamespaceAsync(token);
        using var folder = new TemporaryDirectory("executor-trial-");
        var hasClass = (await cluster.Client.StorageClasses.ListAllAsync(cancellationToken: token)).Items.Any(item => item.IsDefault);

        var result = await RunningProgram.RunAsync(
            new ProgramStart(
                Repository.Program("executor", "executor"),
                "run", Repository.PathOf("examples", "hello", "hello.yaml"), "--backend", "kubernetes", "--namespace", place.Name, "--image", Installation.BusyBox)
            {
                Environment = new Dictionary<string, string?>
                {
                    ["KUBECONFIG"] = cluster.KubeconfigPath,
                    ["EXECUTOR_STATE"] = folder.PathOf("state"),
                    ["EXECUTOR_IMAGE_TAG"] = "dev",
                    ["EXECUTOR_IMAGE_PULL_POLICY"] = "IfNotPresent",
                },
            },
            token);

        Assert.Contains("Hello, world!", result.Expect(0).Output, StringComparison.Ordinal);
        Assert.Equal(!hasClass, result.Error.Contains("ephemeral", StringComparison.Ordinal));
        var store = await cluster.Client.Deployments(place.Name).ReadAsync("executor-store", token);
        Assert.Equal(1, store.Status!.ReadyReplicas);
    }
}
