namespace Executor.Launching.Kubernetes.Pods;

/// <summary>
/// The labels and annotations by which objects of a run are found: by the executor, by <c>kubectl get|top|logs -l</c>, by metrics-server and by cost
/// tools. docs/kubernetes.md documents them for users; they are part of the product's interface.
/// </summary>
internal static class KubernetesLabels
{
    /// <summary>On every object: always <see cref="Executor"/>.</summary>
    public const string ManagedBy = "app.kubernetes.io/managed-by";

    /// <summary>The value of <see cref="ManagedBy"/>, and what Jobs name in <c>spec.managedBy</c> is derived from it.</summary>
    public const string Executor = "executor";

    /// <summary>What the object is: <see cref="TaskComponent"/>, <see cref="DriverComponent"/>, <see cref="RunComponent"/> or <see cref="StoreComponent"/>.</summary>
    public const string Component = "app.kubernetes.io/component";

    /// <summary>An attempt's Job and pod.</summary>
    public const string TaskComponent = "task";

    /// <summary>A driver's Job and pod.</summary>
    public const string DriverComponent = "driver";

    /// <summary>A run's anchor, its Secret and its Lease.</summary>
    public const string RunComponent = "run";

    /// <summary>The shuffle store.</summary>
    public const string StoreComponent = "store";

    /// <summary>The workflow's name.</summary>
    public const string Workflow = "executor.dev/workflow";

    /// <summary>The run's id.</summary>
    public const string Run = "executor.dev/run";

    /// <summary>The task's name.</summary>
    public const string Task = "executor.dev/task";

    /// <summary>The instance's index.</summary>
    public const string Index = "executor.dev/index";

    /// <summary>The instance's generation.</summary>
    public const string Generation = "executor.dev/generation";

    /// <summary>The attempt's number.</summary>
    public const string Attempt = "executor.dev/attempt";

    /// <summary>The class that the task names, which tasks of several workflows may share; not there where it names none: its pods are those of its workflow and its name.</summary>
    public const string Class = "executor.dev/class";

    /// <summary>The hash in the attempt's name: names one attempt among all of the namespace, and fits a selector that lists hundreds.</summary>
    public const string AttemptHash = "executor.dev/attempt-hash";

    /// <summary>Annotation: the whole identity, <c>run/task[index] generation g attempt a</c>.</summary>
    public const string AttemptName = "executor.dev/attempt-name";

    /// <summary>Annotation: SHA-256 of the descriptor, by which a Job that is there already is known to be the same.</summary>
    public const string DescriptorHash = "executor.dev/descriptor-hash";

    /// <summary>The controller that Jobs name in <c>spec.managedBy</c>.</summary>
    public const string JobController = "executor.dev/driver";
}
