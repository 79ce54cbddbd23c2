using System.Text;
using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Shuffle.Channel;

namespace Executor.Running;

/// <summary>Puts the last lines of failed attempts' kept logs into a result that was read from records, which do not hold them.</summary>
internal static class KeptLogTails
{
    private const int MaxFailures = 10;
    private const int MaxLines = 20;

    /// <summary>The result with the last lines of the logs of its first failures, as far as logs were kept.</summary>
    /// <exception cref="ShuffleException">The store cannot be read.</exception>
    public static async Task<RunResult> AddAsync(RunResult result, IRunRecords records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(records);
        var failures = result.Failures.ToList();
        for (var i = 0; i < Math.Min(failures.Count, MaxFailures); i++)
        {
            if (failures[i] is { Attempt: { } attempt, LogTail: null }
                && await records.GetAsync(attempt.Run, RecordKeys.Log(attempt), cancellationToken) is { } log)
            {
                var lines = Encoding.UTF8.GetString(log.Span).TrimEnd('\n').Split('\n');
                failures[i] = failures[i] with { LogTail = string.Join('\n', lines.TakeLast(MaxLines)) };
            }
        }

        return result with { Failures = failures };
    }
}
