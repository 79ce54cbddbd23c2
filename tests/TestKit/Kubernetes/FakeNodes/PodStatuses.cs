using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Executor.Contracts.Reporting;
using Executor.Kubernetes.Models;

namespace Executor.TestKit.Kubernetes.FakeNodes;

/// <summary>The two states of a pod that a kubelet writes and that matter to anyone, in its form.</summary>
internal static class PodStatuses
{
    /// <summary>The patch that says that a pod's containers run.</summary>
    public static V1Patch Running(V1Pod pod, string started)
    {
        var status = new JsonObject
        {
            ["phase"] = "Running",
            ["startTime"] = started,
            ["podIP"] = "192.0.2.1",
            ["hostIP"] = "192.0.2.1",
            ["conditions"] = Conditions(isReady: true, reason: null, started),
            ["containerStatuses"] = Statuses(pod.Spec!.Containers, isReady: true, _ => new JsonObject { ["running"] = new JsonObject { ["startedAt"] = started } }),
        };
        if (pod.Spec.InitContainers is { Count: > 0 } init)
        {
            status["initContainerStatuses"] = Statuses(init, isReady: true, _ => Terminated(0, null, started, started));
        }

        return Patch(status);
    }

    /// <summary>The patch that says that a pod's containers have ended.</summary>
    public static V1Patch Ended(V1Pod pod, FakeExit exit, string started, string ended)
    {
        var status = new JsonObject
        {
            ["phase"] = exit.Code == 0 ? "Succeeded" : "Failed",
            ["conditions"] = Conditions(isReady: false, exit.Code == 0 ? "PodCompleted" : "ContainersNotReady", ended),
            ["containerStatuses"] = Statuses(pod.Spec!.Containers, isReady: false, _ => Terminated(exit.Code, Message(exit.Report), started, ended)),
        };
        if (exit.Eviction is { } why)
        {
            status["reason"] = "Evicted";
            status["message"] = why;
        }

        return Patch(status);
    }

    /// <summary>The time in the API's form, of whole seconds.</summary>
    public static string Time(TimeProvider time) => time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static V1Patch Patch(JsonObject status) => new(new JsonObject { ["status"] = status }, V1Patch.PatchType.MergePatch);

    private static string? Message(TerminationReport? report) => report is null ? null : Encoding.UTF8.GetString(TerminationSlots.Encode(report)).TrimEnd();

    private static JsonArray Conditions(bool isReady, string? reason, string at) => new(
        Condition("Initialized", true, null, at),
        Condition("Ready", isReady, reason, at),
        Condition("ContainersReady", isReady, reason, at),
        Condition("PodScheduled", true, null, at));

    private static JsonObject Condition(string type, bool isTrue, string? reason, string at)
    {
        var condition = new JsonObject { ["type"] = type, ["status"] = isTrue ? "True" : "False", ["lastTransitionTime"] = at };
        if (reason is not null)
        {
            condition["reason"] = reason;
        }

        return condition;
    }

    private static JsonArray Statuses(IList<V1Container>? containers, bool isReady, Func<V1Container, JsonObject> state) => new([.. (containers ?? []).Select(container =>
        new JsonObject
        {
            ["name"] = container.Name,
            ["image"] = container.Image,
            ["imageID"] = "",
            ["containerID"] = $"fake://{container.Name}",
            ["ready"] = isReady,
            ["restartCount"] = 0,
            ["state"] = state(container),
        })]);

    private static JsonObject Terminated(int code, string? message, string started, string ended)
    {
        var terminated = new JsonObject
        {
            ["exitCode"] = code,
            ["reason"] = code == 0 ? "Completed" : "Error",
            ["startedAt"] = started,
            ["finishedAt"] = ended,
        };
        if (message is not null)
        {
            terminated["message"] = message;
        }

        return new JsonObject { ["terminated"] = terminated };
    }
}
