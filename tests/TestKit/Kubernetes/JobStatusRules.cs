using System.Globalization;
using System.Text.Json.Nodes;

namespace Executor.TestKit.Kubernetes;

/// <summary>
/// What the server lets a client write into a Job's status since 1.32, when controllers other than its own may. Counters of indexes and of uncounted pods, which
/// only the server's own controller writes, are left out.
/// </summary>
internal static class JobStatusRules
{
    private const string Complete = "Complete";
    private const string Failed = "Failed";
    private const string FailureTarget = "FailureTarget";
    private const string SuccessCriteriaMet = "SuccessCriteriaMet";

    /// <exception cref="ApiErrorException">422: the first rule that is broken, in the server's words.</exception>
    public static void Check(ResourcePath path, JsonObject old, JsonObject job)
    {
        var status = job["status"] as JsonObject ?? [];
        var before = old["status"] as JsonObject ?? [];
        CheckConditions(path, before, status);
        CheckTimes(path, job["spec"] as JsonObject ?? [], before, status);
        foreach (var counter in (string[])["succeeded", "failed"])
        {
            Require(Number(status, counter) >= Number(before, counter), path, counter, $"cannot decrease the {counter} counter");
        }

        if (Is(status, Complete) || Is(status, Failed))
        {
            Require(Number(status, "active") == 0, path, "active", "active>0 is invalid for finished job");
            Require(Number(status, "terminating") == 0, path, "terminating", "terminating>0 is invalid for finished job");
        }

        Require(Number(status, "ready") <= Number(status, "active"), path, "ready", "cannot set more ready pods than active");
    }

    private static void CheckConditions(ResourcePath path, JsonObject before, JsonObject status)
    {
        foreach (var type in (string[])[Complete, Failed, FailureTarget, SuccessCriteriaMet])
        {
            Require(!Is(before, type) || Is(status, type), path, "conditions", $"cannot disable the terminal {type}=True condition");
        }

        Exclude(Complete, Failed);
        Exclude(Complete, FailureTarget);
        Exclude(SuccessCriteriaMet, Failed);
        Exclude(SuccessCriteriaMet, FailureTarget);
        Require(!Is(status, Failed) || Is(status, FailureTarget), path, "conditions", "cannot set Failed=True condition without the FailureTarget=true condition");
        Require(
            !Is(status, Complete) || Is(status, SuccessCriteriaMet),
            path,
            "conditions",
            "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");

        void Exclude(string one, string other) =>
            Require(!(Is(status, one) && Is(status, other)), path, "conditions", $"cannot set {one}=True and {other}=true conditions");
    }

    private static void CheckTimes(ResourcePath path, JsonObject spec, JsonObject before, JsonObject status)
    {
        var (start, completion) = (Time(status, "startTime"), Time(status, "completionTime"));
        var isFinished = Is(status, Complete) || Is(status, Failed);
        Require(!isFinished || start is not null, path, "startTime", "startTime is required for finished job");
        Require(!Is(status, Complete) || completion is not null, path, "completionTime", "completionTime is required for Complete jobs");
        Require(
            Is(status, Complete) || completion is null, path, "completionTime", "cannot set completionTime when there is no Complete=True condition");
        Require(start is null || completion is null || completion >= start, path, "completionTime", "completionTime cannot be set before startTime");
        Require(
            Time(before, "completionTime") is not { } completed || completed == completion, path, "completionTime", "completionTime cannot be mutated");
        var isSuspended = (bool?)spec["suspend"] == true;
        Require(
            isSuspended || Time(before, "startTime") is not { } started || started == start, path, "startTime", "startTime cannot be changed for unsuspended job");
    }

    private static bool Is(JsonObject status, string type) =>
        (status["conditions"] as JsonArray)?.Any(condition => (string?)condition!["type"] == type && (string?)condition["status"] == "True") == true;

    private static long Number(JsonObject status, string name) => (long?)status[name] ?? 0;

    private static DateTimeOffset? Time(JsonObject status, string name) =>
        (string?)status[name] is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;

    private static void Require(bool holds, ResourcePath path, string field, string message)
    {
        if (!holds)
        {
            throw ApiErrorException.Invalid(path, "status." + field, message);
        }
    }
}
