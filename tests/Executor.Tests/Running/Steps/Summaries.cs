using Executor.Contracts.Identity;
using Executor.Driving;
using Executor.Outcomes;
using Executor.Running.Steps;

namespace Executor.Tests.Running.Steps;

/// <summary>What runs came to, made up.</summary>
internal static class Summaries
{
    public static RunSummary Succeeded { get; } = new()
    {
        Run = "sales-1",
        Workflow = "sales",
        End = RunEnd.Succeeded,
        ExitCode = 0,
        Store = new Uri("http://10.0.0.7:8815"),
        Results = [new ResultSummary(new OutputId("report", "table"), 1234, 56789, 1), new ResultSummary(new OutputId("audit", "rows"), 0, 0, 8)],
    };

    public static RunSummary Failed(string? logTail = null, int count = 1, string reason = "exit code 3") => Succeeded with
    {
        End = RunEnd.Failed,
        ExitCode = 1,
        Results = [],
        Failures = [.. Enumerable.Range(0, Math.Min(count, 100)).Select(index => new RunFailure(
            new AttemptId("sales-1", "extract", index, 0, 3), AttemptCause.Failed, reason, 3, null, index == 0 ? logTail : null))],
        FailureCount = count,
    };
}
