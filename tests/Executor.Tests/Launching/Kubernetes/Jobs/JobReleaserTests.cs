using System.Collections.Concurrent;
using Executor.Contracts.Identity;
using Executor.Launching.Kubernetes.Jobs;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Jobs;

public sealed class JobReleaserTests : ClusterFixture
{
    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<AttemptId> _deleted = [];

    private SampleJobs Sample => new(anchorUid: AnchorUid);

    private IReadOnlyList<FakeRequest> Deletions => Requests("DELETE", "/jobs");

    [Fact]
    public async Task Hundreds_are_deleted_with_one_request_and_no_others()
    {
        for (var attempt = 1; attempt <= 301; attempt++)
        {
            Server.Create(JobsPath, Sample.Job(attempt: attempt));
        }

        await using (var releaser = Start())
        {
            for (var attempt = 1; attempt <= 300; attempt++)
            {
                releaser.Release(SampleJobs.Attempt(attempt: attempt));
            }

            await _time.WhenTimerRunsAsync(due => due > TimeSpan.Zero, Cancellation);
            _time.Advance(TimeSpan.FromSeconds(31));
            await EventuallyAsync(() => Server.All(JobsPath).Count == 1, "the deletion");
            Assert.Equal("Background", (string?)Deletions.Single().Body!["propagationPolicy"]);
        }

        Assert.Single(Deletions);
        Assert.Equal(300, _deleted.Distinct().Count());
    }

    [Fact]
    public async Task No_request_names_more_than_500()
    {
        var releaser = Start();
        for (var attempt = 1; attempt <= 1200; attempt++)
        {
            releaser.Release(SampleJobs.Attempt(attempt: attempt));
        }

        await releaser.DisposeAsync();
        var named = Deletions.Select(request => request.Query["labelSelector"].Split(" in ")[1].Split(',').Length).ToList();
        Assert.Equal(1200, named.Sum());
        Assert.All(named, count => Assert.InRange(count, 1, JobReleaser.MaxBatch));
    }

    [Fact]
    public async Task A_deletion_that_fails_is_tried_again()
    {
        Server.Create(JobsPath, Sample.Job());
        Server.Add(ApiFault.Refuse(request => request.Method == "DELETE", new ApiErrorException(500, "InternalError", "no")));
        await using var releaser = Start();
        releaser.Release(SampleJobs.Attempt());
        await EventuallyAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(6));
                return !_deleted.IsEmpty && Server.All(JobsPath).Count == 0;
            },
            "the second try");
        Assert.Equal(2, Deletions.Count);
    }

    [Fact]
    public async Task What_waits_is_deleted_at_disposal_and_releasing_twice_or_late_is_no_error()
    {
        Server.Create(JobsPath, Sample.Job());
        var releaser = Start();
        releaser.Release(SampleJobs.Attempt());
        releaser.Release(SampleJobs.Attempt());
        await releaser.DisposeAsync();
        Assert.Empty(Server.All(JobsPath));
        releaser.Release(SampleJobs.Attempt());
        await releaser.DisposeAsync();
    }

    private JobReleaser Start()
    {
        var releaser = new JobReleaser(Client.Jobs(Space), "nightly", _deleted.Enqueue, _time);
        releaser.Start();
        return releaser;
    }
}
