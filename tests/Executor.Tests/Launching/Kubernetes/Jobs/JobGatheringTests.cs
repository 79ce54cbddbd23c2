using Executor.Contracts.Identity;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.Launching.Kubernetes.Jobs;
using Executor.Launching.Kubernetes.Pods;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Jobs;

/// <summary>How released Jobs are gathered; the clock stands still, so that nothing is deleted for having waited long enough.</summary>
public sealed class JobGatheringTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("releaser-");
    private readonly ManualTime _time = new();
    private FakeApiServer _server = null!;
    private KubernetesClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        var config = Path.Combine(_folder.FullName, "config");
        await File.WriteAllTextAsync(config, _server.Kubeconfig(), TestContext.Current.CancellationToken);
        _client = new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(config));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_was_released_goes_with_one_request_when_its_room_is_wanted()
    {
        await using var releaser = Start();
        Release(releaser, 3);

        releaser.Hurry();

        Assert.Equal(3, Hashes(await DeletionsAsync(1)).Single());
    }

    [Fact]
    public async Task As_many_as_one_request_holds_are_not_kept_waiting()
    {
        await using var releaser = Start();
        Release(releaser, JobReleaser.MaxBatch);

        Assert.Equal(JobReleaser.MaxBatch, Hashes(await DeletionsAsync(1)).Single());
    }

    [Fact]
    public async Task What_is_left_at_the_end_is_deleted_in_full_requests()
    {
        var releaser = Start();
        Release(releaser, JobReleaser.MaxBatch + 7);
        await releaser.DisposeAsync();

        Assert.Equal(JobReleaser.MaxBatch + 7, Hashes(await DeletionsAsync(1)).Sum());
    }

    private JobReleaser Start()
    {
        var releaser = new JobReleaser(_client.Jobs("batch"), "run", _ => { }, _time);
        releaser.Start();
        return releaser;
    }

    private static void Release(JobReleaser releaser, int count)
    {
        for (var index = 0; index < count; index++)
        {
            releaser.Release(new AttemptId("run", "task", index, 0, 1));
        }
    }

    private async Task<IReadOnlyList<FakeRequest>> DeletionsAsync(int atLeast)
    {
        await Poll.UntilAsync(() => Deletions().Count >= atLeast, Limit, () => $"{atLeast} deletions", TestContext.Current.CancellationToken);
        return Deletions();

        List<FakeRequest> Deletions() => [.. _server.Requests.Where(request => request.Method == "DELETE")];
    }

    private static IEnumerable<int> Hashes(IEnumerable<FakeRequest> deletions) =>
        deletions.Select(deletion => deletion.Query["labelSelector"].Split($"{KubernetesLabels.AttemptHash} in (")[1].Split(',').Length);
}
