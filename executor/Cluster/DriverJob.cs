using System.Globalization;
using System.Text.Json.Nodes;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Cluster;

/// <summary>The Job in which a run's driver runs in the cluster: a pure function of what it is told.</summary>
internal static class DriverJob
{
    /// <summary>The service account of drivers, in the chart as well.</summary>
    public const string Account = "executor-driver";

    /// <summary>The driver's container.</summary>
    public const string Container = "driver";

    /// <summary>The port of a driver's pod that shows metrics, the store's in the chart as well.</summary>
    public const int MetricsPort = 8816;

    private const string KeyPath = "/keys";

    // A driver that dies is replaced, and goes on where the journal ends. One that has brought its run to an end sets this to 0.
    private const int Replacements = 100;

    /// <summary>The Job.</summary>
    /// <param name="run">The run.</param>
    /// <param name="workflow">The workflow's name.</param>
    /// <param name="anchor">What owns the Job.</param>
    /// <param name="stores">The store's addresses in the cluster.</param>
    /// <param name="serverName">The name that its certificate is for; null for the addresses' hosts.</param>
    /// <param name="submission">The hash of what the driver is told.</param>
    /// <param name="options">The images, and what the pod may use.</param>
    /// <param name="metricsLinger">How long the pod stays at most for its metrics to be scraped once more.</param>
    public static JsonObject Create(
        string run,
        string workflow,
        ObjectReference anchor,
        IReadOnlyList<Uri> stores,
        string? serverName,
        string submission,
        ClusterOptions options,
        TimeSpan metricsLinger = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var images = options.Images;
        var labels = new JsonObject([.. RunAnchor.LabelsOf(run, workflow, KubernetesLabels.DriverComponent)
            .Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))]);
        var container = new JsonObject
        {
            ["name"] = Container,
            ["image"] = images.Driver,
            ["args"] = Arguments(run, submission, metricsLinger),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "metrics", ["containerPort"] = MetricsPort }),
            ["env"] = Environment(stores, serverName, images),
            ["resources"] = PodDefaults.Resources(new JsonObject { ["cpu"] = options.DriverCpu, ["memory"] = options.DriverMemory }),
            ["terminationMessagePolicy"] = "FallbackToLogsOnError",
            ["securityContext"] = PodDefaults.ContainerSecurity(isReadOnly: true),
            ["volumeMounts"] = new JsonArray(
                new JsonObject { ["name"] = "key", ["mountPath"] = KeyPath, ["readOnly"] = true },
                new JsonObject { ["name"] = "tmp", ["mountPath"] = "/tmp" }),
        };
        if (images.PullPolicy is { } policy)
        {
            container["imagePullPolicy"] = policy;
        }

        return new JsonObject
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = new JsonObject
            {
                ["name"] = ObjectNames.Driver(run),
                ["labels"] = labels,
                ["ownerReferences"] = new JsonArray(JobFactory.OwnerReference(anchor)),
            },
            ["spec"] = new JsonObject
            {
                ["backoffLimit"] = Replacements,
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject
                    {
                        ["labels"] = labels.DeepClone(),
                        ["annotations"] = new JsonObject { ["sidecar.istio.io/inject"] = "false", ["linkerd.io/inject"] = "disabled" },
                    },
                    ["spec"] = new JsonObject
                    {
                        // The log of a driver that died stays readable.
                        ["restartPolicy"] = "Never",
                        ["serviceAccountName"] = Account,
                        ["enableServiceLinks"] = false,
                        ["securityContext"] = PodDefaults.PodSecurity(),
                        ["imagePullSecrets"] = PodDefaults.PullSecrets(images.PullSecrets),
                        ["containers"] = new JsonArray(container),
                        ["volumes"] = new JsonArray(
                            new JsonObject { ["name"] = "key", ["secret"] = new JsonObject { ["secretName"] = ClusterStore.KeySecret } },
                            new JsonObject { ["name"] = "tmp", ["emptyDir"] = new JsonObject() }),
                    },
                },
            },
        };
    }

    private static JsonArray Arguments(string run, string submission, TimeSpan metricsLinger)
    {
        string[] linger = metricsLinger > TimeSpan.Zero
            ? ["--metrics-linger", metricsLinger.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)]
            : [];
        string[] arguments = ["drive", run, "--submission", submission, "--metrics-listen", $"[::]:{MetricsPort}", .. linger];
        return [.. arguments.Select(argument => (JsonNode?)argument)];
    }

    private static JsonArray Environment(IReadOnlyList<Uri> stores, string? serverName, ClusterImages images)
    {
        var variables = new JsonArray(
            Variable(ClusterVariables.Backend, ClusterVariables.Kubernetes),
            Variable(ClusterVariables.Store, string.Join(',', stores)),
            Variable(ClusterVariables.StoreKeyFile, $"{KeyPath}/{ClusterStore.KeyName}"),
            Variable(ClusterVariables.RunnerImage, images.Runner),
            Variable(ClusterVariables.DotnetImage, images.Dotnet),
            new JsonObject
            {
                ["name"] = ClusterVariables.NamespaceName,
                ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = "metadata.namespace" } },
            },
            new JsonObject
            {
                ["name"] = ClusterVariables.PodName,
                ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = "metadata.name" } },
            });
        AddIfSet(ClusterVariables.StoreServerName, serverName);
        AddIfSet(ClusterVariables.DefaultImage, images.Default);
        AddIfSet(ClusterVariables.PullPolicy, images.PullPolicy);
        AddIfSet(ClusterVariables.PullSecrets, images.PullSecrets.Count > 0 ? string.Join(',', images.PullSecrets) : null);
        return variables;

        void AddIfSet(string name, string? value)
        {
            if (value is not null)
            {
                variables.Add((JsonNode)Variable(name, value));
            }
        }
    }

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };
}
