using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Executor.Contracts.Identity;
using Executor.Launching;
using Executor.Launching.Kubernetes.Jobs;
using Executor.Launching.Kubernetes.Pods;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Jobs;

public sealed class JobCreatorTests : ClusterFixture
{
    private readonly AttemptId _attempt = SampleJobs.Attempt();
    private readonly ConcurrentQueue<string> _notices = [];

    private SampleJobs Sample => new(anchorUid: AnchorUid);

    private string Name => ObjectNames.Job(_attempt);

    [Fact]
    public async Task Where_the_server_leaves_jobs_to_their_manager_job_and_pod_are_made()
    {
        var job = await CreateAsync();
        Assert.Equal(Name, job.Metadata.Name);
        var pod = Server.Find($"{PodsPath}/{Name}-0")!;
        Assert.Equal(job.Metadata.Uid, (string?)pod["metadata"]!["ownerReferences"]![0]!["uid"]);
    }

    [Fact]
    public async Task An_older_servers_job_controller_makes_the_pod()
    {
        await StartAsync(new FakeApiOptions { Version = (1, 31) });
        await CreateAsync();
        Assert.NotNull(Server.Find($"{JobsPath}/{Name}"));
        Assert.Empty(Server.All(PodsPath));
    }

    [Fact]
    public async Task A_job_that_stands_is_adopted_and_gets_the_pod_that_it_lacks()
    {
        var first = await CreateAsync();
        Server.Delete($"{PodsPath}/{Name}-0");
        var second = await CreateAsync();
        Assert.Equal(first.Metadata.Uid, second.Metadata.Uid);
        Assert.Single(Server.All(JobsPath));
        Assert.Single(Server.All(PodsPath));
    }

    [Fact]
    public async Task A_job_of_another_descriptor_is_not_adopted()
    {
        await CreateAsync();
        var other = Sample.Written(Sample.Descriptor() with { Command = ["other"] });
        var refusal = await Assert.ThrowsAsync<LaunchException>(() => Creator().CreateAsync(other, _attempt, _ => { }, Cancellation));
        Assert.False(refusal.Hold);
        Assert.Contains("another descriptor", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_of_another_anchor_or_one_that_goes_away_is_waited_for()
    {
        await CreateAsync();
        var ofAnother = await Assert.ThrowsAsync<LaunchException>(
            () => new JobCreator(Client, Space, "next-anchor", _notices.Enqueue, TimeProvider.System).CreateAsync(Sample.Written(), _attempt, _ => { }, Cancellation));
        Assert.True(ofAnother.Hold);

        Server.Mutate($"{JobsPath}/{Name}", job => job["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z");
        Assert.True((await Assert.ThrowsAsync<LaunchException>(CreateAsync)).Hold);
    }

    [Fact]
    public async Task A_full_quota_holds_and_leaves_no_job_without_a_pod()
    {
        Server.Options.Quotas[(Space, "pods")] = 0;
        var refusal = await Assert.ThrowsAsync<LaunchException>(CreateAsync);
        Assert.True(refusal.Hold);
        Assert.Contains("work[0] cannot be launched", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("exceeded quota", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Server.All(JobsPath));

        Server.Options.Quotas.Clear();
        await CreateAsync();
        Assert.Single(Server.All(PodsPath));

        Server.Options.Quotas[(Space, "jobs.batch")] = 1;
        var next = SampleJobs.Attempt(index: 1);
        Assert.True((await Assert.ThrowsAsync<LaunchException>(() => Creator().CreateAsync(Sample.Written(index: 1), next, _ => { }, Cancellation))).Hold);
    }

    [Fact]
    public async Task A_limit_range_holds()
    {
        Server.Create("/api/v1/namespaces/batch/limitranges", JsonNode.Parse("""
            {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"}, "spec": {"limits": [{"type": "Container", "max": {"memory": "1Mi"}}]}}
            """)!.AsObject());
        Assert.True((await Assert.ThrowsAsync<LaunchException>(CreateAsync)).Hold);
        Assert.Empty(Server.All(JobsPath));
    }

    [Fact]
    public async Task What_is_invalid_or_forbidden_never_will_be_possible()
    {
        var tree = Sample.Job();
        tree["metadata"]!["labels"]!["bad"] = "not a label!";
        var job = Sample.Written() with { Body = Encoding.UTF8.GetBytes(tree.ToJsonString()) };
        Assert.False((await Assert.ThrowsAsync<LaunchException>(() => Creator().CreateAsync(job, _attempt, _ => { }, Cancellation))).Hold);

        Server.Add(ApiFault.Refuse(IsCreate, new ApiErrorException(403, "Forbidden", "jobs.batch is forbidden: User cannot create resource")));
        Assert.False((await Assert.ThrowsAsync<LaunchException>(CreateAsync)).Hold);
    }

    [Fact]
    public async Task A_busy_server_holds_for_as_long_as_it_says()
    {
        Server.Add(ApiFault.Refuse(IsCreate, ApiErrorException.TooManyRequests(7)));
        var refusal = await Assert.ThrowsAsync<LaunchException>(CreateAsync);
        Assert.True(refusal.Hold);
        Assert.Equal(TimeSpan.FromSeconds(7), refusal.RetryAfter);
    }

    [Fact]
    public async Task Errors_of_the_server_and_broken_connections_are_tried_again()
    {
        Server.Add(ApiFault.Refuse(IsCreate, new ApiErrorException(500, "InternalError", "etcd has no leader")));
        Server.Add(ApiFault.Abort(IsCreate));
        await CreateAsync();
        Assert.Single(Server.All(JobsPath));
        Assert.Single(Server.All(PodsPath));
    }

    [Fact]
    public async Task A_server_that_fails_on_and_on_is_told_of_once_while_it_is_tried_on()
    {
        var time = new ManualTime();
        Server.Add(ApiFault.Refuse(IsCreate, new ApiErrorException(500, "InternalError", "failed calling webhook"), times: 12));
        var creating = new JobCreator(Client, Space, AnchorUid, _notices.Enqueue, time).CreateAsync(Sample.Written(), _attempt, _ => { }, Cancellation);
        while (await Task.WhenAny(creating, time.WhenTimerRunsAsync(_ => true, Cancellation)) != creating)
        {
            time.Advance(TimeSpan.FromSeconds(10));
        }

        await creating;
        Assert.Contains("work[0] cannot be launched for", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.Contains("failed calling webhook", _notices.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/jobs")]
    [InlineData("/pods")]
    public async Task An_answer_that_is_lost_after_the_create_took_effect_makes_no_second_object(string collection)
    {
        Server.Add(new ApiFault(
            request => request.Method == "POST" && request.Path.EndsWith(collection, StringComparison.Ordinal),
            context =>
            {
                // What the server did before the connection broke.
                var job = Server.All(JobsPath).Count == 0 ? Server.Create(JobsPath, Sample.Job()) : Server.All(JobsPath)[0];
                if (collection == "/pods")
                {
                    Server.Create(PodsPath, JobFactory.PodOf(Sample.Job(), (string)job["metadata"]!["uid"]!));
                }

                context.Abort();
                return Task.CompletedTask;
            }));
        var created = await CreateAsync();
        Assert.Equal((string?)Server.All(JobsPath).Single()["metadata"]!["uid"], created.Metadata.Uid);
        Assert.Single(Server.All(PodsPath));
    }

    private static bool IsCreate(FakeRequest request) => request.Method == "POST";

    private JobCreator Creator() => new(Client, Space, AnchorUid, _notices.Enqueue, TimeProvider.System);

    private Task<Executor.Kubernetes.Models.V1Job> CreateAsync() => Creator().CreateAsync(Sample.Written(), _attempt, _ => { }, Cancellation);
}
