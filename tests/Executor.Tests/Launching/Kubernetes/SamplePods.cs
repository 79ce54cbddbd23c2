using System.Text;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Tests.Launching.Kubernetes;

/// <summary>Jobs and pods of an attempt as a server has them.</summary>
internal static class SamplePods
{
    public static V1Job Job(string uid = "job-1", int index = 0, string? managedBy = null, bool isBeingDeleted = false, string created = "2026-01-01T00:00:00Z")
    {
        var job = new SampleJobs().Job(index);
        Stamp(job, uid, created, isBeingDeleted);
        job["spec"]!["managedBy"] = managedBy;
        job["spec"]!.AsObject().Remove("template");
        return KubernetesJson.Deserialize(Encoding.UTF8.GetBytes(job.ToJsonString()), KubernetesResources.Jobs);
    }

    public static V1Pod Pod(string uid = "pod-1", int index = 0, string state = "Running", string created = "2026-01-01T00:00:00Z", string node = "node1", string job = "job-1")
    {
        var pod = JobFactory.PodOf(new SampleJobs().Job(index), job);
        Stamp(pod, uid, created, isBeingDeleted: false);
        pod["spec"]!["nodeName"] = node;
        pod["status"] = Status(state);
        return KubernetesJson.Deserialize(Encoding.UTF8.GetBytes(pod.ToJsonString()), KubernetesResources.Pods);
    }

    /// <summary>The status of a pod: Pending, Running, Succeeded, or Failed with the exit code 3.</summary>
    public static JsonObject Status(string state)
    {
        var container = new JsonObject
        {
            ["name"] = PodFactory.TaskContainer,
            ["state"] = state switch
            {
                "Running" => new JsonObject { ["running"] = new JsonObject { ["startedAt"] = "2026-01-01T00:00:01Z" } },
                "Succeeded" => Terminated(0),
                "Failed" => Terminated(3),
                _ => new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } },
            },
        };
        return new JsonObject { ["phase"] = state, ["startTime"] = "2026-01-01T00:00:00Z", ["containerStatuses"] = new JsonArray(container) };
    }

    private static JsonObject Terminated(int exitCode) => new()
    {
        ["terminated"] = new JsonObject { ["exitCode"] = exitCode, ["startedAt"] = "2026-01-01T00:00:01Z", ["finishedAt"] = "2026-01-01T00:00:02Z" },
    };

    private static void Stamp(JsonObject item, string uid, string created, bool isBeingDeleted)
    {
        item["metadata"]!["uid"] = uid;
        item["metadata"]!["namespace"] = "batch";
        item["metadata"]!["creationTimestamp"] = created;
        if (isBeingDeleted)
        {
            item["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:05Z";
        }
    }
}
