using System.Text.Json.Nodes;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;

namespace Executor.Cluster.TaskClasses;

/// <summary>
/// A task class as a cluster knows it: a class that the task names is that of all workflows of the namespace, else it is the workflow's task. A pure function of
/// the names.
/// </summary>
/// <param name="Class">The class that tasks name, or the task where that names none.</param>
/// <param name="Workflow">The workflow of the task that names none; null for a class that tasks name.</param>
internal sealed record ClassSelection(string Class, string? Workflow)
{
    /// <summary>The component label of a <see cref="TaskClass"/>.</summary>
    public const string Component = "class";

    /// <summary>The name of its <see cref="TaskClass"/>: <c>CLASS</c>, or <c>WORKFLOW.TASK</c>.</summary>
    public string ObjectName => Workflow is null ? Class : $"{Workflow}.{Class}";

    /// <summary>What selects its pods, and no others: never a driver's, nor a store's, nor those of a task that is only named like the class.</summary>
    public string Selector => $"{KubernetesLabels.Component}={KubernetesLabels.TaskComponent},"
        + (Workflow is null ? $"{KubernetesLabels.Class}={Class}" : $"{KubernetesLabels.Workflow}={Workflow},{KubernetesLabels.Task}={Class}");

    /// <summary>The class of a task.</summary>
    public static ClassSelection Of(string workflow, PlannedTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Class is { } own ? new ClassSelection(own, null) : new ClassSelection(task.Name, workflow);
    }

    /// <summary>Its object, as it is made.</summary>
    public JsonObject Manifest()
    {
        var spec = new JsonObject { ["class"] = Class, ["replicas"] = 0 };
        if (Workflow is not null)
        {
            spec["workflow"] = Workflow;
        }

        return new JsonObject
        {
            ["apiVersion"] = $"{TaskClass.Group}/{TaskClass.Version}",
            ["kind"] = TaskClass.KindName,
            ["metadata"] = new JsonObject
            {
                ["name"] = ObjectName,
                ["labels"] = new JsonObject { [KubernetesLabels.ManagedBy] = KubernetesLabels.Executor, [KubernetesLabels.Component] = Component },
            },
            ["spec"] = spec,
        };
    }
}
