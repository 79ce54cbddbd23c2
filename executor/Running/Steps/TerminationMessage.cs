using System.Text;
using Executor.Driving;
using Executor.Rendering;

namespace Executor.Running.Steps;

/// <summary>
/// What a container says last: the kubelet reads at most 4 KiB of a file into the container's status, where Airflow takes the text of its exception from,
/// Argo Workflows the message of its step, and <c>kubectl describe pod</c> what people read.
/// </summary>
internal static class TerminationMessage
{
    /// <summary>Where the kubelet mounts the file unless a container says otherwise.</summary>
    public const string DefaultPath = "/dev/termination-log";

    /// <summary>The most bytes that the kubelet takes of a container.</summary>
    public const int MaxBytes = 4096;

    private const int MaxFailures = 5;
    private const string Ellipsis = "...";
    private const string LogHeading = "\nlast lines of its log:\n";

    /// <summary>Writes it in place: the file is mounted by itself.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, RunSummary summary) => File.WriteAllText(path, Render(summary));

    /// <summary>The message: at most <see cref="MaxBytes"/> of UTF-8; one line where the run has succeeded.</summary>
    public static string Render(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        if (summary.ExitCode == Contracts.Reporting.ExitCodes.Succeeded)
        {
            return Head(Success(summary), MaxBytes);
        }

        var failures = summary.Failures.Take(MaxFailures).Select(RunSummary.Sentence).ToList();
        var more = summary.FailureCount - failures.Count;
        string[] lines =
        [
            Verdict(summary),
            .. failures.Count > 0 ? failures.Select(OneLine) : summary.Message is { } message ? [message.Trim()] : [],
            .. more > 0 ? new[] { $"... and {Quantities.Count(more)} more failures" } : [],
        ];

        // Half of the room is the log's; where the run failed is worth more than all that it said.
        var tail = summary.Failures.FirstOrDefault(failure => failure.LogTail is { Length: > 0 })?.LogTail?.TrimEnd();
        var head = Head(string.Join('\n', lines), tail is null ? MaxBytes : MaxBytes / 2);
        return tail is null ? head : $"{head}{LogHeading}{Tail(tail, MaxBytes - Encoding.UTF8.GetByteCount(head) - LogHeading.Length)}";
    }

    private static string Success(RunSummary summary)
    {
        var results = summary.Results.Select(result => $"{result.Output} {Quantities.Count(result.Rows)} rows");
        return summary.End is null
            ? $"run {summary.Run} is submitted"
            : OneLine($"run {summary.Run} succeeded: {string.Join(", ", results.DefaultIfEmpty("no results"))}");
    }

    private static string Verdict(RunSummary summary)
    {
        var run = summary.Run is { } id ? $"run {id}" : "the run";
        var ended = summary.End switch
        {
            RunEnd.Failed => $"{run} failed",
            RunEnd.Cancelled => $"{run} was cancelled",
            RunEnd.Left => $"{run} was left, its attempts go on",
            RunEnd.Fenced or RunEnd.StoreUnavailable => $"{run} stopped",
            _ => $"{run} could not go on",
        };
        return $"{ended} (exit code {summary.ExitCode})";
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    /// <summary>As much of the beginning as fits.</summary>
    private static string Head(string text, int maxBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= maxBytes)
        {
            return text;
        }

        var (end, bytes) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes - Ellipsis.Length)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return text[..end] + Ellipsis;
    }

    /// <summary>As much of the end as fits, in whole lines where one fits.</summary>
    private static string Tail(string text, int maxBytes)
    {
        var start = 0;
        for (var excess = Encoding.UTF8.GetByteCount(text) - maxBytes; excess > 0;)
        {
            var line = text.IndexOf('\n', start);
            var next = line >= 0 ? line + 1 : start + (char.IsSurrogatePair(text, start) ? 2 : 1);
            excess -= Encoding.UTF8.GetByteCount(text.AsSpan(start, next - start));
            start = next;
        }

        return text[start..];
    }
}
