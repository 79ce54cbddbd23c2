using Executor.Driving;
using Executor.Planning;
using Executor.Running.Cluster;
using Executor.Scheduling;
using Xunit;

namespace Executor.Tests.Running.Cluster;

public sealed class SubmissionTests
{
    // Ten entries stood when the run was submitted to go on; the eleventh takes it up, and a driver that is replaced later reads this submission again.
    [Theory]
    [InlineData(9, 10, true)]
    [InlineData(10, 10, false)]
    [InlineData(25, 10, false)]
    [InlineData(null, 10, true)]
    [InlineData(9, 0, false)]
    [InlineData(null, 0, false)]
    public void A_run_is_taken_up_again_once(int? finishedBy, long resumeBefore, bool resumes)
    {
        var submission = new Submission { Workflow = "w", Code = new Dictionary<string, CodeLocation>(), ResumeBefore = resumeBefore };
        Assert.Equal(resumes, submission.Resumes(Status(finishedBy)));
        Assert.False(submission.Resumes(null));
    }

    [Fact]
    public void A_submission_is_read_back_as_it_was_written()
    {
        var submission = new Submission { Workflow = "w", Code = new Dictionary<string, CodeLocation>(), Parallel = 3, PendingLimit = 5, ResumeBefore = 7, KeepJobs = true };
        var read = Submission.Deserialize(submission.Serialize());
        Assert.Equal(("w", 3, 5, 7L, true), (read.Workflow, read.Parallel, read.PendingLimit, read.ResumeBefore, read.KeepJobs));
    }

    private static RunStatus Status(int? finishedBy) =>
        new(default, default, 1, 0, finishedBy is null ? null : RunOutcome.Failed, false, [], 0, new RunProgress(default, [])) { FinishedBy = finishedBy };
}
