using System.Globalization;
using System.Text.Json.Nodes;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.Planning;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>
/// Makes the template of an attempt's pod. Its defaults are those of a careful cluster: no service account's token, not root, no
/// capabilities, no sidecar injection, and requests equal to limits in every container, so that the pod is of class Guaranteed.
/// What a task says of its pod is laid over them. Thread-safe.
/// </summary>
internal sealed class PodFactory(PodSettings settings)
{
    /// <summary>The container in which runner and body run.</summary>
    public const string TaskContainer = "task";

    /// <summary>The init container that brings the runner.</summary>
    public const string InjectContainer = "inject-runner";

    /// <summary>The key of the run's Secret.</summary>
    public const string RunSecretKey = "run.key";

    /// <summary>The authorities of the store's certificate in the run's Secret.</summary>
    public const string StoreAuthoritiesKey = "store-ca.crt";

    private const string RunnerVolume = "executor-runner";
    private const string ScratchVolume = "executor-scratch";
    private const string ScratchPath = "/executor-scratch";
    private const string RunnerPath = "/executor";

    // How long a pod stays on a node that is gone or silent; the default of 300 s is what a service wants.
    private const int LostNodeSeconds = 30;

    // What an attempt may take beside its body: pulling images, fetching, writing. The runner ends a body at its time; this ends a runner that hangs.
    private static readonly TimeSpan BesideTheBody = TimeSpan.FromHours(1);

    private static readonly string[] LostNodeTaints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

    /// <summary>The template: metadata and spec.</summary>
    /// <exception cref="LaunchException">The task's fields do not make a pod that can run an attempt.</exception>
    public JsonObject Create(
        TaskDescriptor descriptor, PlannedTask task, JsonObject labels, AttemptFields fields, IReadOnlyCollection<string> avoid)
    {
        var container = Container(descriptor, task, fields);
        var podSecurity = PodDefaults.PodSecurity();
        var spec = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["securityContext"] = podSecurity,
            ["tolerations"] = Tolerations(),
            ["containers"] = new JsonArray(container),
            ["volumes"] = new JsonArray(EmptyDirectory(ScratchVolume)),
        };
        if (IsInjected(task))
        {
            spec["initContainers"] = new JsonArray(InjectingContainer(descriptor.Resources, task));
            spec["volumes"]!.AsArray().Add((JsonNode)EmptyDirectory(RunnerVolume));
        }

        if (descriptor.Timeout is { } timeout)
        {
            spec["activeDeadlineSeconds"] = (long)Math.Ceiling((timeout + BesideTheBody).TotalSeconds);
        }

        if (settings.ImagePullSecrets.Count > 0)
        {
            spec["imagePullSecrets"] = PodDefaults.PullSecrets(settings.ImagePullSecrets);
        }

        if (avoid.Count > 0)
        {
            spec["affinity"] = AvoidNodes(avoid);
        }

        var template = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = labels.DeepClone(),
                ["annotations"] = new JsonObject
                {
                    [KubernetesLabels.AttemptName] = fields.AttemptName,
                    [KubernetesLabels.DescriptorHash] = fields.DescriptorHash,

                    // A sidecar would change the class of service, and keep the pod from ending.
                    ["sidecar.istio.io/inject"] = "false",
                    ["linkerd.io/inject"] = "disabled",

                    // Moving a pod for tidiness costs the whole attempt.
                    ["cluster-autoscaler.kubernetes.io/safe-to-evict"] = "false",
                    ["karpenter.sh/do-not-disrupt"] = "true",
                },
            },
            ["spec"] = spec,
        };
        new PodOverlay(task, descriptor.Resources).Apply(template, container, podSecurity);
        return template;
    }

    // An image with a .NET task has what loads it, and the runner beside that.
    private bool IsInjected(PlannedTask task) =>
        task.Runner == RunnerPlacement.Inject && task.Dotnet is not { IsInImage: true } && ImageOf(task) != settings.RunnerImage && ImageOf(task) != settings.DotnetImage;

    private string ImageOf(PlannedTask task) =>
        task.Image
        ?? (task.Dotnet is { IsInImage: true } inImage
            ? throw new LaunchException(
                hold: false, $"task {task.Name}: found no image, expected the one that holds {inImage.Source}; set the task's or the defaults' 'image'")
            : task.Dotnet is not null ? settings.DotnetImage : settings.DefaultImage)
        ?? throw new LaunchException(
            hold: false, $"task {task.Name}: found no image, expected one for its command to run in; set the task's or the defaults' 'image', or --image");

    private JsonObject Container(TaskDescriptor descriptor, PlannedTask task, AttemptFields fields)
    {
        var container = new JsonObject
        {
            ["name"] = TaskContainer,
            ["image"] = ImageOf(task),
            ["command"] = new JsonArray($"{RunnerPath}/task-runner"),
            ["args"] = new JsonArray(),
            ["env"] = Environment(descriptor, task, fields),
            ["resources"] = PodDefaults.Resources(descriptor.Resources, task.OtherResources),
            ["securityContext"] = PodDefaults.ContainerSecurity(isReadOnly: false),
            ["terminationMessagePolicy"] = "FallbackToLogsOnError",
            ["volumeMounts"] = new JsonArray(Mount(ScratchVolume, ScratchPath)),
        };
        if (IsInjected(task))
        {
            container["volumeMounts"]!.AsArray().Add((JsonNode)Mount(RunnerVolume, RunnerPath, isReadOnly: true));
        }

        if (settings.ImagePullPolicy is { } policy)
        {
            container["imagePullPolicy"] = policy;
        }

        return container;
    }

    private JsonArray Environment(TaskDescriptor descriptor, PlannedTask task, AttemptFields fields)
    {
        var variables = new JsonArray(
            OfRunSecret(EnvironmentNames.RunKey, RunSecretKey),
            new JsonObject
            {
                ["name"] = EnvironmentNames.Incarnation,
                ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = "metadata.uid" } },
            },
            Variable(EnvironmentNames.ScratchDirectory, ScratchPath),
            Variable(EnvironmentNames.LogFormat, settings.LogFormat));
        if (settings.HasStoreAuthorities)
        {
            variables.Add((JsonNode)OfRunSecret(EnvironmentNames.StoreAuthorities, StoreAuthoritiesKey));
        }

        if (settings.StoreServerName is { } serverName)
        {
            variables.Add((JsonNode)Variable(EnvironmentNames.StoreServerName, serverName));
        }

        if (task.Gpus > 0)
        {
            variables.Add((JsonNode)Variable(EnvironmentNames.Gpus, task.Gpus.ToString(CultureInfo.InvariantCulture)));
        }

        if (fields.Descriptor is { } inline)
        {
            variables.Add((JsonNode)Variable(EnvironmentNames.Descriptor, inline));
        }
        else
        {
            variables.Add((JsonNode)Variable(EnvironmentNames.DescriptorBlob, fields.DescriptorHash));
            variables.Add((JsonNode)Variable(EnvironmentNames.DescriptorRun, descriptor.Attempt.Run));
            variables.Add((JsonNode)Variable(EnvironmentNames.DescriptorStores, string.Join(',', descriptor.Stores)));
        }

        return variables;
    }

    private JsonObject OfRunSecret(string name, string key) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = settings.RunSecret, ["key"] = key } },
    };

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private JsonObject InjectingContainer(ResourceLimits resources, PlannedTask task)
    {
        var container = new JsonObject
        {
            ["name"] = InjectContainer,
            ["image"] = settings.RunnerImage,
            ["command"] = new JsonArray("/bin/busybox", "cp", "-r", "/executor/.", "/injected"),

            // The task's own: a pod asks for the larger of its init containers and the rest, so that this adds nothing. Devices it needs none.
            ["resources"] = PodDefaults.Resources(resources, task.OtherResources.Where(resource => !resource.Key.Contains('/', StringComparison.Ordinal))),
            ["securityContext"] = PodDefaults.ContainerSecurity(isReadOnly: true),
            ["volumeMounts"] = new JsonArray(Mount(RunnerVolume, "/injected")),
        };
        if (settings.ImagePullPolicy is { } policy)
        {
            container["imagePullPolicy"] = policy;
        }

        return container;
    }

    private static JsonArray Tolerations() => new(
        [.. LostNodeTaints.Select(key => new JsonObject
        {
            ["key"] = key,
            ["operator"] = "Exists",
            ["effect"] = "NoExecute",
            ["tolerationSeconds"] = LostNodeSeconds,
        })]);

    private static JsonObject AvoidNodes(IReadOnlyCollection<string> nodes) => new()
    {
        ["nodeAffinity"] = new JsonObject
        {
            ["preferredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(new JsonObject
            {
                ["weight"] = 100,
                ["preference"] = new JsonObject
                {
                    ["matchExpressions"] = new JsonArray(new JsonObject
                    {
                        ["key"] = "kubernetes.io/hostname",
                        ["operator"] = "NotIn",
                        ["values"] = new JsonArray([.. nodes.Order(StringComparer.Ordinal).Select(node => JsonValue.Create(node))]),
                    }),
                },
            }),
        },
    };

    private static JsonObject EmptyDirectory(string name) => new() { ["name"] = name, ["emptyDir"] = new JsonObject() };

    private static JsonObject Mount(string name, string path, bool isReadOnly = false)
    {
        var mount = new JsonObject { ["name"] = name, ["mountPath"] = path };
        if (isReadOnly)
        {
            mount["readOnly"] = true;
        }

        return mount;
    }
}
