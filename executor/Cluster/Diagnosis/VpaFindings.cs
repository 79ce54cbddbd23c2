using Executor.Cluster.TaskClasses;
using Executor.Kubernetes.Client;

namespace Executor.Cluster.Diagnosis;

/// <summary>Looks whether the VPAs of a namespace that have a task class as their target would see its pods.</summary>
internal sealed class VpaFindings(ClusterConnection cluster)
{
    private const int MostPods = 500;

    /// <summary>Looks at each.</summary>
    /// <param name="served">What is found where none has a task class as its target.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    public async Task<Finding> ExamineAsync(Finding served, CancellationToken cancellationToken)
    {
        var autoscalers = await cluster.Client.Resource(TaskClassResources.Autoscalers, cluster.NamespaceName).ListAllAsync(cancellationToken: cancellationToken);
        var ofClasses = autoscalers.Items.Where(vpa => vpa.Spec?.TargetRef is { Kind: TaskClass.KindName }).ToList();
        var texts = new List<string>();
        var hasComplaint = false;
        foreach (var vpa in ofClasses)
        {
            var (isGood, text) = await ExamineAsync(vpa, autoscalers.Items, cancellationToken);
            hasComplaint |= !isGood;
            texts.Add(text);
        }

        return ofClasses.Count == 0 ? served
            : hasComplaint ? served with { Grade = FindingGrade.Warning, Text = string.Join("; ", texts), Remedy = "see docs/sizing.md, \"By VPA\"; until then such classes get what their tasks ask for" }
            : served with { Text = string.Join("; ", texts) };
    }

    private async Task<(bool IsGood, string Text)> ExamineAsync(
        VerticalPodAutoscaler vpa, IList<VerticalPodAutoscaler> all, CancellationToken cancellationToken)
    {
        var reference = vpa.Spec!.TargetRef!;
        var target = new ControllerKey(reference.ApiVersion ?? "", TaskClass.KindName, reference.Name ?? "");
        var (facts, selector) = await LookAsync(target, cancellationToken);
        var complaint = VpaRules.Complaint(target, key => key == target ? facts : null, selector);
        complaint ??= VpaReading.Of(target.Name, all).Count > 1 ? $"TaskClass {target.Name} is the target of another VPA, too" : null;
        if (complaint is not null)
        {
            return (false, $"VPA {vpa.Metadata.Name} gives nothing to go by: {complaint}");
        }

        var pods = await cluster.Client.Pods(cluster.NamespaceName).ListAsync(new ListOptions { LabelSelector = selector, Limit = MostPods }, cancellationToken);
        var matches = pods.Items.Count switch
        {
            0 => "no pod of the class is there to match now",
            MostPods => $"matches {MostPods} pods or more",
            1 => "matches 1 pod",
            var count => $"matches {count} pods",
        };
        var mode = vpa.Spec.UpdatePolicy?.UpdateMode is null or "Off" ? "" : $"; its mode {vpa.Spec.UpdatePolicy.UpdateMode} changes none of them: a task's pod is its Job's";
        return (true, $"VPA {vpa.Metadata.Name} for TaskClass {target.Name} {matches}{mode}");
    }

    private async Task<(ControllerFacts? Facts, string? Selector)> LookAsync(ControllerKey target, CancellationToken cancellationToken)
    {
        var classes = cluster.Client.Resource(TaskClassResources.TaskClasses, cluster.NamespaceName);
        TaskClass standing;
        try
        {
            standing = await classes.ReadAsync(target.Name, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return (null, null);
        }

        var controller = standing.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true);
        var controlledBy = controller is null ? (ControllerKey?)null : new ControllerKey(controller.ApiVersion ?? "", controller.Kind ?? "", controller.Name ?? "");
        try
        {
            var scale = await classes.ReadScaleAsync(target.Name, cancellationToken);
            return (new ControllerFacts(IsScalable: true, controlledBy), scale.Status?.Selector);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return (new ControllerFacts(IsScalable: false, controlledBy), null);
        }
    }
}
