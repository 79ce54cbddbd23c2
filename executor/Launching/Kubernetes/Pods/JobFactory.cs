using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Planning;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>
/// Makes the Job of an attempt (docs/adr/0009-a-job-per-attempt.md): a pure function of the descriptor, the planned task and what all pods of the run
/// have in common. Thread-safe.
/// </summary>
/// <param name="settings">What all pods have in common.</param>
/// <param name="tasks">The run's tasks by name.</param>
internal sealed class JobFactory(PodSettings settings, IReadOnlyDictionary<string, PlannedTask> tasks)
{
    /// <summary>The most bytes of JSON that a descriptor may have inside a Job.</summary>
    public const int MaxInlineDescriptor = 8 * 1024;

    private readonly PodFactory _pods = new(settings);
    private readonly ConcurrentDictionary<(string Run, string Task, ResourceLimits Resources, TimeSpan? Timeout), (ObjectTemplate Job, ObjectTemplate Pod)> _templates = new();

    /// <summary>The descriptor as it is handed to the runner.</summary>
    public static byte[] Encode(TaskDescriptor descriptor) =>
        JsonSerializer.SerializeToUtf8Bytes(descriptor, ContractsJson.Default.TaskDescriptor);

    /// <summary>What <see cref="KubernetesLabels.DescriptorHash"/> says of a descriptor.</summary>
    public static string HashOf(ReadOnlySpan<byte> encoded) => Convert.ToHexStringLower(SHA256.HashData(encoded));

    /// <summary>The task of an attempt of the run.</summary>
    public PlannedTask TaskOf(AttemptId attempt) => tasks[attempt.Task];

    /// <summary>The Job.</summary>
    /// <param name="descriptor">The attempt.</param>
    /// <param name="encoded">The descriptor by <see cref="Encode"/>.</param>
    /// <param name="isStored">True if the pod is to fetch the descriptor from the store, by its hash, since it is too large for the Job.</param>
    /// <param name="avoid">Nodes on which the instance was lost before; others are preferred.</param>
    /// <exception cref="LaunchException">The task's fields of the pod do not make a pod that can run an attempt; trying again cannot help.</exception>
    public JsonObject Create(TaskDescriptor descriptor, byte[] encoded, bool isStored, IReadOnlyCollection<string> avoid)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return Create(descriptor, AttemptFields.Of(descriptor.Attempt, encoded, isStored), avoid);
    }

    /// <summary>The very Job of <see cref="Create(TaskDescriptor, byte[], bool, IReadOnlyCollection{string})"/>, ready to be sent, at a fraction of its cost for all but the first of a task.</summary>
    /// <param name="descriptor">The attempt.</param>
    /// <param name="encoded">The descriptor by <see cref="Encode"/>.</param>
    /// <param name="isStored">As there.</param>
    /// <param name="avoid">As there.</param>
    /// <exception cref="LaunchException">As there.</exception>
    public AttemptJob Write(TaskDescriptor descriptor, byte[] encoded, bool isStored, IReadOnlyCollection<string> avoid)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var fields = AttemptFields.Of(descriptor.Attempt, encoded, isStored);
        if (isStored || avoid.Count > 0)
        {
            // Seldom, and with more that differs.
            var job = Create(descriptor, fields, avoid);
            return new AttemptJob(fields.Name, fields.DescriptorHash, Utf8(job), uid => Utf8(PodOf(job, uid)));
        }

        var alike = (descriptor.Attempt.Run, descriptor.Attempt.Task, descriptor.Resources, descriptor.Timeout);
        if (!_templates.TryGetValue(alike, out var template))
        {
            _templates[alike] = template = Cut(descriptor, avoid);
        }

        var values = fields.ToList();
        return new AttemptJob(fields.Name, fields.DescriptorHash, template.Job.Fill(values), uid => template.Pod.Fill([.. values, uid]));
    }

    /// <summary>Makes the Job of one instance of every task and throws it away: what is wrong with a task's pod is told before anything is launched.</summary>
    /// <exception cref="LaunchException">A task's pod cannot be made.</exception>
    public void Check(RunPlan plan, DescriptorFactory descriptors)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(descriptors);
        for (var task = 0; task < plan.Tasks.Count; task++)
        {
            if (plan.Tasks[task] is { IsWorkingDirectoryLocal: true, WorkingDirectory: var folder } local)
            {
                throw new LaunchException(
                    hold: false,
                    $"task {local.Name}: workingDirectory: found a path relative to the workflow file, {folder}, which is a folder of this machine and not of the "
                    + "cluster; expected an absolute path in the image, or 'code' with the folder that it is in");
            }

            if (plan.Tasks[task].Instances > 0)
            {
                var descriptor = descriptors.CreateFirst(task);
                Create(descriptor, Encode(descriptor), isStored: false, []);
            }
        }
    }

    /// <summary>The pod of a Job that is the executor's to make: under a name that follows from the Job's, owned and labelled as the Job controller does it.</summary>
    public static JsonObject PodOf(JsonObject job, string jobUid)
    {
        ArgumentNullException.ThrowIfNull(job);
        var name = (string)job["metadata"]!["name"]!;
        var template = job["spec"]!["template"]!;
        var metadata = template["metadata"]!.DeepClone().AsObject();
        metadata["name"] = ObjectNames.Pod(name);
        var labels = metadata["labels"]!.AsObject();
        labels["job-name"] = name;
        labels["batch.kubernetes.io/job-name"] = name;
        labels["controller-uid"] = jobUid;
        labels["batch.kubernetes.io/controller-uid"] = jobUid;
        metadata["ownerReferences"] = new JsonArray(OwnerReference(new ObjectReference("batch/v1", "Job", name, jobUid), isController: true));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = template["spec"]!.DeepClone(),
        };
    }

    /// <summary>An owner reference; the garbage collector deletes what has one when the owner is gone.</summary>
    public static JsonObject OwnerReference(ObjectReference owner, bool isController = false)
    {
        var reference = new JsonObject
        {
            ["apiVersion"] = owner.ApiVersion,
            ["kind"] = owner.Kind,
            ["name"] = owner.Name,
            ["uid"] = owner.Uid,
        };
        if (isController)
        {
            reference["controller"] = true;
            reference["blockOwnerDeletion"] = true;
        }

        return reference;
    }

    private static ReadOnlyMemory<byte> Utf8(JsonObject tree) => Encoding.UTF8.GetBytes(tree.ToJsonString());

    private (ObjectTemplate Job, ObjectTemplate Pod) Cut(TaskDescriptor descriptor, IReadOnlyCollection<string> avoid)
    {
        var key = Guid.NewGuid().ToString("N");
        var marks = AttemptFields.Marks(key);
        var uid = $"{key}-9";
        var job = Create(descriptor, marks, avoid);
        return (new ObjectTemplate(job, marks.ToList()), new ObjectTemplate(PodOf(job, uid), [.. marks.ToList(), uid]));
    }

    private JsonObject Create(TaskDescriptor descriptor, AttemptFields fields, IReadOnlyCollection<string> avoid)
    {
        var task = TaskOf(descriptor.Attempt);
        var labels = LabelsOf(descriptor.Attempt, task, fields);
        return new JsonObject
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = new JsonObject
            {
                ["name"] = fields.Name,
                ["labels"] = labels.DeepClone(),
                ["annotations"] = new JsonObject
                {
                    [KubernetesLabels.AttemptName] = fields.AttemptName,
                    [KubernetesLabels.DescriptorHash] = fields.DescriptorHash,
                },
                ["ownerReferences"] = new JsonArray(OwnerReference(settings.Anchor)),
            },
            ["spec"] = new JsonObject
            {
                // A further try is a decision of the driver's, made in its journal.
                ["backoffLimit"] = 0,

                // Servers that know the field leave pod and status to the executor; others drop it.
                ["managedBy"] = KubernetesLabels.JobController,
                ["template"] = _pods.Create(descriptor, task, labels, fields, avoid),
            },
        };
    }

    private JsonObject LabelsOf(AttemptId attempt, PlannedTask task, AttemptFields fields)
    {
        var labels = new JsonObject
        {
            [KubernetesLabels.ManagedBy] = KubernetesLabels.Executor,
            [KubernetesLabels.Component] = KubernetesLabels.TaskComponent,
            [KubernetesLabels.Workflow] = settings.Workflow,
            [KubernetesLabels.Run] = attempt.Run,
            [KubernetesLabels.Task] = attempt.Task,
            [KubernetesLabels.Index] = fields.Index,
            [KubernetesLabels.Generation] = fields.Generation,
            [KubernetesLabels.Attempt] = fields.Attempt,
            [KubernetesLabels.AttemptHash] = fields.AttemptHash,
        };
        if (task.Class is { } named)
        {
            labels[KubernetesLabels.Class] = named;
        }

        return labels;
    }
}
