using System.Globalization;
using Executor.Accounting;
using Executor.Accounting.Advice;
using Executor.Cluster.Usage;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Rendering;
using Executor.Results;
using Executor.Shuffle.Channel;

namespace Executor.Running;

/// <summary>
/// A run for people: how it goes as plain lines on standard error, results and accounts on standard output. A line of progress is written at most
/// once a second, one of live usage at most every 30 s, and each only when something has changed.
/// </summary>
internal sealed class TextRunOutput(TextWriter results, TextWriter log, TimeProvider time) : IRunOutput
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsageInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _writing = new();
    private string _lastProgress = "";
    private long _lastWritten;
    private string _lastUsage = "";
    private long _lastUsageWritten;

    // What happens before the run has begun, such as the start of a store, is counted from the beginning as well.
    private long _started = time.GetTimestamp();

    /// <inheritdoc/>
    public void Started(string run, RunPlan plan, string machine)
    {
        _started = time.GetTimestamp();
        var instances = plan.Tasks.Sum(task => (long)task.Instances);
        var atLeast = plan.Tasks.Any(task => task.Split is not null) ? "at least " : "";
        Line($"run {run}: {plan.Tasks.Count} tasks, {atLeast}{Quantities.Count(instances)} instances; {machine}");
    }

    /// <inheritdoc/>
    public void Progress(RunProgress progress)
    {
        var text = string.Join("  ", progress.Tasks.Select(Describe));
        var over = progress.Tasks.All(task => task.IsCounted && task.Done == task.Instances);
        if (text == _lastProgress || (!over && _lastWritten != 0 && time.GetElapsedTime(_lastWritten) < Interval))
        {
            return;
        }

        _lastProgress = text;
        _lastWritten = time.GetTimestamp();
        Line(text);
    }

    /// <inheritdoc/>
    public void Usage(LiveUsage usage)
    {
        var text = $"{UsageText.Heading(usage)}: {UsageText.Line(usage)}";
        if (text != _lastUsage && (_lastUsageWritten == 0 || time.GetElapsedTime(_lastUsageWritten) >= UsageInterval))
        {
            _lastUsage = text;
            _lastUsageWritten = time.GetTimestamp();
            Line(text);
        }
    }

    /// <inheritdoc/>
    public void AttemptEnded(AttemptRow attempt)
    {
        if (attempt.Outcome.Cause is not (AttemptCause.Succeeded or AttemptCause.Cancelled))
        {
            Line($"{attempt.Attempt.Instance} attempt {attempt.Attempt.Attempt}: {attempt.Outcome.Reason}");
        }
    }

    /// <inheritdoc/>
    public void Notice(string message) => Line(message);

    /// <inheritdoc/>
    public void Log(AttemptId attempt, string line) => Line($"{attempt.Instance} | {line}");

    /// <inheritdoc/>
    public void Output(SealRecord seal, bool isResult)
    {
    }

    /// <inheritdoc/>
    public async Task ResultAsync(IShuffleChannel channel, SealId seal, SealRecord record, CancellationToken cancellationToken)
    {
        await results.WriteLineAsync($"{seal.Output}:");
        await ResultPrinter.PrintAsync(channel, seal, record, results, cancellationToken);
        await results.WriteLineAsync();
    }

    /// <inheritdoc/>
    public void Written(OutputId output, string path) => Line($"{output} is in {path}");

    /// <inheritdoc/>
    public void Finished(string run, RunResult result, AttemptSums sums, TimeSpan elapsed, int exitCode)
    {
        AccountingTable.Write(sums.Accounts, results);
        results.Flush();
        foreach (var failure in result.Failures)
        {
            Line(failure.Attempt is { } attempt
                ? $"{attempt.Instance} failed after {attempt.Attempt} attempts: {failure.Reason}"
                : failure.Reason);
            foreach (var tail in (failure.LogTail ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Line($"    {tail}");
            }

            if (failure is { Attempt: { } logged, LogTail.Length: > 0 })
            {
                // Quoted: shells take brackets for a pattern.
                Line($"    see: executor logs {run} '{logged.Instance}'");
            }

            if (failure.Advice is { } advice)
            {
                Line($"    see: {advice}");
            }
        }

        if (result.FailureCount > result.Failures.Count)
        {
            Line($"... and {result.FailureCount - result.Failures.Count} more failures");
        }

        if (sums.Advice.ChangesWorthTelling() is { Count: > 0 } changes)
        {
            Line($"advice: {AdviceText.Of(changes, sums.Advice.Cost)}; `executor sizing patch {run}` prints {(changes.Count == 1 ? "this" : "these")} as YAML");
        }

        Line(Verdict(run, result, elapsed));
    }

    private static string Verdict(string run, RunResult result, TimeSpan elapsed)
    {
        var after = Quantities.Seconds(elapsed.TotalSeconds);
        return result.End switch
        {
            RunEnd.Succeeded => $"run {run} succeeded in {after}",
            RunEnd.Failed => $"run {run} failed after {after}; `executor run FILE --run-id {run}` goes on with what is done",
            RunEnd.Cancelled => $"run {run} was cancelled after {after}; `executor run FILE --run-id {run}` goes on with what is done",
            _ => $"run {run} stopped after {after}: {result.Message}; `executor run FILE --run-id {run}` goes on with it",
        };
    }

    private static string Describe(TaskProgress task)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{task.Name} {task.Done}/{task.Instances}{(task.IsCounted ? "" : "+")}");
        string[] details =
        [
            .. task.Pending > 0 ? new[] { $"{task.Pending} pending" } : [],
            .. task.Running > 0 ? new[] { $"{task.Running} running" } : [],
            .. task.Retries > 0 ? new[] { $"{task.Retries} retried" } : [],
            .. task.Failed > 0 ? new[] { $"{task.Failed} failed" } : [],
        ];
        return details.Length == 0 ? text : $"{text} ({string.Join(", ", details)})";
    }

    private void Line(string text)
    {
        lock (_writing)
        {
            // Whoever collects the log takes it line by line.
            log.WriteLine($"{Quantities.Seconds(time.GetElapsedTime(_started).TotalSeconds),7}  {text.ReplaceLineEndings(" ")}");
        }
    }
}
