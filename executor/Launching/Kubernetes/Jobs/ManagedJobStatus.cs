using System.Globalization;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Jobs;

/// <summary>
/// The terminal status of a Job that is the executor's to manage (batch/v1 JobSpec.managedBy, KEP-4368): one patch, in the order that the server's
/// validation demands: <c>SuccessCriteriaMet</c> before <c>Complete</c>, <c>FailureTarget</c> before <c>Failed</c>, a completion time only with success.
/// </summary>
internal static class ManagedJobStatus
{
    /// <summary>The patch of the status subresource; null where the Job's status is terminal already.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="started">When its pod started; the Job's creation where that is unknown.</param>
    /// <param name="succeeded">Whether its pod succeeded.</param>
    /// <param name="reason">One word for why, in the case of failure.</param>
    /// <param name="message">For people.</param>
    /// <param name="now">The time.</param>
    public static V1Patch? Ended(V1Job job, DateTime? started, bool succeeded, string reason, string message, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.HasEnded())
        {
            return null;
        }

        var at = Rfc3339(now.UtcDateTime);
        var status = new JsonObject
        {
            ["startTime"] = Rfc3339(job.Status?.StartTime ?? started ?? job.Metadata.CreationTimestamp ?? now.UtcDateTime),
            ["active"] = 0,
            ["ready"] = 0,
            [succeeded ? "succeeded" : "failed"] = 1,
            ["conditions"] = succeeded
                ? new JsonArray(Condition("SuccessCriteriaMet", "CompletionsReached", message, at), Condition("Complete", "CompletionsReached", message, at))
                : new JsonArray(Condition("FailureTarget", reason, message, at), Condition("Failed", reason, message, at)),
        };
        if (succeeded)
        {
            status["completionTime"] = at;
        }

        return new V1Patch(new JsonObject { ["status"] = status }, V1Patch.PatchType.MergePatch);
    }

    private static JsonObject Condition(string type, string reason, string message, string at) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["reason"] = reason,
        ["message"] = message,
        ["lastProbeTime"] = at,
        ["lastTransitionTime"] = at,
    };

    private static string Rfc3339(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
