using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Executor.Contracts.Identity;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>
/// The names of a run's objects, functions of what they belong to. A Job's name becomes a label of its pods and, with a suffix of six characters, their
/// host name, so it has at most 57 characters (docs/adr/0009-a-job-per-attempt.md).
/// </summary>
internal static class ObjectNames
{
    private const int MaxJobName = 57;
    private const int HashLength = 10;
    private const int MaxTaskPart = 16;

    /// <summary>The ConfigMap that owns everything of a run.</summary>
    public static string Anchor(string run) => $"executor-{run}";

    /// <summary>
    /// The Secret with the run's key, of one anchor: that of a run of the same name that was deleted a moment ago may stand still, and will go. It cannot
    /// be changed, so that another one takes its place where the store's authorities are others, and where the run's key is, because the store's master
    /// key was replaced.
    /// </summary>
    public static string RunSecret(string run, string anchorUid, string? runKey = null, string? storeAuthorities = null) =>
        $"executor-{run}-key-{Hash($"{anchorUid}\n{runKey}\n{storeAuthorities}")}";

    /// <summary>The Lease of the run's driver.</summary>
    public static string Lease(string run) => $"executor-{run}";

    /// <summary>The Job of the run's driver.</summary>
    public static string Driver(string run) => Fit($"executor-{run}", Hash($"{run} driver"));

    /// <summary>
    /// The Job of an attempt: <c>RUN-TASK-INDEX-GENERATION-ATTEMPT-HASH</c>, run and task cut as far as is needed.
    /// </summary>
    public static string Job(AttemptId attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var hash = AttemptHash(attempt);
        var numbers = string.Create(CultureInfo.InvariantCulture, $"-{attempt.Index}-{attempt.Generation}-{attempt.Attempt}-{hash}");
        var room = MaxJobName - numbers.Length - 1;
        var task = Cut(attempt.Task, Math.Max(Math.Min(MaxTaskPart, room / 2), room - attempt.Run.Length));
        var run = Cut(attempt.Run, room - task.Length);
        return $"{run}-{task}{numbers}";
    }

    /// <summary>The pod of an attempt that the executor makes itself.</summary>
    public static string Pod(string job) => $"{job}-0";

    /// <summary>40 bits of SHA-256 over the whole identity, in hex.</summary>
    public static string AttemptHash(AttemptId attempt) => Hash(attempt.ToString());

    private static string Fit(string name, string hash) =>
        name.Length <= MaxJobName ? name : $"{Cut(name, MaxJobName - hash.Length - 1)}-{hash}";

    private static string Cut(string name, int length) => name.Length <= length ? name : name[..length].TrimEnd('-');

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashLength];
}
