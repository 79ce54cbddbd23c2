namespace Executor.Workflows.Binding;

/// <summary>The fields of a Kubernetes pod that a task may have under their own names. They have no effect without a cluster.</summary>
internal static class PodFieldShapes
{
    /// <summary>Each field and what kind of value it has.</summary>
    public static IReadOnlyDictionary<string, PodFieldShape> ByName { get; } = new Dictionary<string, PodFieldShape>
    {
        ["affinity"] = PodFieldShape.Map,
        ["envFrom"] = PodFieldShape.List,
        ["imagePullPolicy"] = PodFieldShape.Text,
        ["imagePullSecrets"] = PodFieldShape.List,
        ["nodeSelector"] = PodFieldShape.Map,
        ["podTemplate"] = PodFieldShape.Map,
        ["priorityClassName"] = PodFieldShape.Text,
        ["runtimeClassName"] = PodFieldShape.Text,
        ["schedulerName"] = PodFieldShape.Text,
        ["securityContext"] = PodFieldShape.Map,
        ["serviceAccountName"] = PodFieldShape.Text,
        ["tolerations"] = PodFieldShape.List,
        ["topologySpreadConstraints"] = PodFieldShape.List,
        ["volumeMounts"] = PodFieldShape.List,
        ["volumes"] = PodFieldShape.List,
    };

    /// <summary>The kind of value, for a message.</summary>
    public static string Describe(PodFieldShape shape) => shape switch
    {
        PodFieldShape.Map => "a mapping",
        PodFieldShape.List => "a list",
        _ => "text",
    };
}

/// <summary>The outermost type of a field.</summary>
internal enum PodFieldShape
{
    /// <summary>A single value.</summary>
    Text,

    /// <summary>A list.</summary>
    List,

    /// <summary>A mapping.</summary>
    Map,
}
