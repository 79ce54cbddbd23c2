using System.Text.RegularExpressions;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>
/// What can be told from a kubelet's or a runtime's message where the reason beside it covers several causes. The texts are no API: where none is
/// recognised, the milder meaning stands.
/// </summary>
internal static partial class PlatformWords
{
    private const int MaxLength = 400;

    /// <summary>True if a registry refuses because of too many requests.</summary>
    public static bool IsRateLimit(string? message) => message is not null && RateLimit().IsMatch(message);

    /// <summary>True if trying again on the same or another node may help: time-outs, a full disk, a runtime that is restarting.</summary>
    public static bool IsTransient(string? message) => message is not null && Transient().IsMatch(message);

    /// <summary>True if a container cannot start because of what it was described with: no such file, a mount that cannot be.</summary>
    public static bool IsUnusable(string? message) => message is not null && !IsTransient(message) && Unusable().IsMatch(message);

    /// <summary>True if a mount fails for something that does not exist.</summary>
    public static bool IsMissingReference(string? message) => message is not null && !IsTransient(message) && MissingReference().IsMatch(message);

    /// <summary>True if a pod was evicted for its own use of disk and not for its node's want.</summary>
    public static bool IsOwnStorage(string? message) => message is not null && OwnStorage().IsMatch(message);

    /// <summary>A message as a part of a sentence: one line, without what gRPC puts before it, at most 400 characters.</summary>
    public static string Clean(string? message)
    {
        var text = Space().Replace(RpcPrefix().Replace(message ?? "", ""), " ").Trim();
        return text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "...");
    }

    [GeneratedRegex(@"toomanyrequests|too many requests|\b429\b|(pull|request) rate limit", RegexOptions.IgnoreCase)]
    private static partial Regex RateLimit();

    [GeneratedRegex(
        @"timed? ?out|deadline exceeded|temporarily unavailable|no space left|cannot allocate memory|too many open files|connection refused"
        + @"|connection reset|transport is closing|ttrpc: closed|reserve container name|reserve sandbox name|i/o error",
        RegexOptions.IgnoreCase)]
    private static partial Regex Transient();

    [GeneratedRegex(
        @"no such file or directory|executable file not found|permission denied|exec format error|not a directory|is a directory"
        + @"|read-only file system|error mounting|no command specified|unable to find user|no users found",
        RegexOptions.IgnoreCase)]
    private static partial Regex Unusable();

    [GeneratedRegex(
        @"\b(secret|configmap|persistentvolumeclaim|serviceaccount)s? ""[^""]*"" not found|references non-existent|hostPath type check failed",
        RegexOptions.IgnoreCase)]
    private static partial Regex MissingReference();

    [GeneratedRegex(@"exceed(s|ed) (the|its) (limit|total limit|local ephemeral storage limit)", RegexOptions.IgnoreCase)]
    private static partial Regex OwnStorage();

    [GeneratedRegex(@"rpc error: code = \w+ desc = ")]
    private static partial Regex RpcPrefix();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
