using System.Text;
using System.Text.Json.Nodes;
using Executor.Hosting;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Cluster.Trial;

/// <summary>
/// The objects of a store that is started in a namespace for trying the product: those of the chart at their plainest, as server-side apply takes them.
/// </summary>
internal static class TrialObjects
{
    /// <summary>The store's port.</summary>
    public const int Port = 8815;

    /// <summary>The store's container in its pod.</summary>
    public const string Container = "store";

    /// <summary>The store's certificate in its Secret, as in one of type <c>kubernetes.io/tls</c>; its key lies beside it.</summary>
    public const string CertificateName = "tls.crt";

    private const string CertificateKeyName = "tls.key";
    private const string VolumeClaim = "executor-store";
    private const string DataPath = "/data";
    private const string KeyPath = "/keys";

    /// <summary>The Secret of what the store and its clients have in common.</summary>
    /// <param name="masterKey">The master key.</param>
    /// <param name="certificates">What the store speaks TLS with.</param>
    public static JsonObject Secret(string masterKey, TrialCertificates certificates)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = Metadata(ClusterStore.KeySecret),
            ["data"] = new JsonObject
            {
                [ClusterStore.KeyName] = Base64(masterKey),
                [StoreCredentials.AuthoritiesName] = Base64(certificates.Authority),
                [CertificateName] = Base64(certificates.Certificate),
                [CertificateKeyName] = Base64(certificates.Key),
            },
        };
    }

    /// <summary>The store's Service.</summary>
    public static JsonObject Service() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Service",
        ["metadata"] = Metadata(ClusterStore.DefaultService),
        ["spec"] = new JsonObject
        {
            ["selector"] = StoreLabels(),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "flight", ["port"] = Port, ["targetPort"] = Port, ["protocol"] = "TCP" }),
        },
    };

    /// <summary>The store's volume claim.</summary>
    public static JsonObject Claim() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "PersistentVolumeClaim",
        ["metadata"] = Metadata(VolumeClaim),
        ["spec"] = new JsonObject
        {
            ["accessModes"] = new JsonArray("ReadWriteOnce"),
            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = "20Gi" } },
        },
    };

    /// <summary>The store's pod.</summary>
    /// <param name="images">The images.</param>
    /// <param name="isEphemeral">True to keep the data in the pod alone.</param>
    /// <param name="speaksTls">Whether the Secret has a certificate.</param>
    public static JsonObject Deployment(ClusterImages images, bool isEphemeral, bool speaksTls)
    {
        ArgumentNullException.ThrowIfNull(images);
        var arguments = new JsonArray("--listen", $"[::]:{Port}", "--directory", DataPath, "--key-file", $"{KeyPath}/{ClusterStore.KeyName}");
        if (speaksTls)
        {
            foreach (var argument in (string[])["--tls-cert-file", $"{KeyPath}/{CertificateName}", "--tls-key-file", $"{KeyPath}/{CertificateKeyName}"])
            {
                arguments.Add((JsonNode)argument);
            }
        }

        var container = ContainerOf(images);
        container["args"] = arguments;
        container["ports"] = new JsonArray(new JsonObject { ["name"] = "flight", ["containerPort"] = Port, ["protocol"] = "TCP" });
        container["readinessProbe"] = new JsonObject { ["tcpSocket"] = new JsonObject { ["port"] = Port }, ["periodSeconds"] = 2 };
        container["resources"] = PodDefaults.Resources(new JsonObject { ["cpu"] = "500m", ["memory"] = "768Mi" });
        container["securityContext"] = PodDefaults.ContainerSecurity(isReadOnly: true);
        container["volumeMounts"] = new JsonArray(
            new JsonObject { ["name"] = "data", ["mountPath"] = DataPath },
            new JsonObject { ["name"] = "key", ["mountPath"] = KeyPath, ["readOnly"] = true });

        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = Metadata(ClusterStore.DefaultService),
            ["spec"] = new JsonObject
            {
                ["replicas"] = 1,

                // A folder has one owner at a time.
                ["strategy"] = new JsonObject { ["type"] = "Recreate" },
                ["selector"] = new JsonObject { ["matchLabels"] = StoreLabels() },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = StoreLabels() },
                    ["spec"] = new JsonObject
                    {
                        ["automountServiceAccountToken"] = false,
                        ["enableServiceLinks"] = false,
                        ["securityContext"] = PodDefaults.PodSecurity(),
                        ["imagePullSecrets"] = PodDefaults.PullSecrets(images.PullSecrets),
                        ["containers"] = new JsonArray(container),
                        ["volumes"] = new JsonArray(
                            new JsonObject
                            {
                                ["name"] = "data",
                                [isEphemeral ? "emptyDir" : "persistentVolumeClaim"] = isEphemeral ? new JsonObject() : new JsonObject { ["claimName"] = VolumeClaim },
                            },
                            new JsonObject { ["name"] = "key", ["secret"] = new JsonObject { ["secretName"] = ClusterStore.KeySecret } }),
                    },
                },
            },
        };
    }

    /// <summary>What makes a store's Deployment that was made with other images take these, as a strategic merge patch; it changes nothing where they are the same.</summary>
    public static JsonObject Images(ClusterImages images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var pod = new JsonObject { ["imagePullSecrets"] = PodDefaults.PullSecrets(images.PullSecrets), ["containers"] = new JsonArray(ContainerOf(images)) };
        return new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = pod } } };
    }

    /// <summary>The driver's account.</summary>
    public static JsonObject Account() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ServiceAccount",
        ["metadata"] = Metadata(DriverJob.Account),
    };

    /// <summary>The driver's role.</summary>
    public static JsonObject Role() => new()
    {
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["kind"] = "Role",
        ["metadata"] = Metadata(DriverJob.Account),
        ["rules"] = new JsonArray([.. AccessRules.Driver.Select(RuleOf)]),
    };

    /// <summary>Gives the account the role.</summary>
    public static JsonObject RoleBinding() => new()
    {
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["kind"] = "RoleBinding",
        ["metadata"] = Metadata(DriverJob.Account),
        ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "Role", ["name"] = DriverJob.Account },
        ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = DriverJob.Account }),
    };

    /// <summary>The store's container, as far as its image goes.</summary>
    private static JsonObject ContainerOf(ClusterImages images)
    {
        var container = new JsonObject { ["name"] = Container, ["image"] = images.Store };
        if (images.PullPolicy is { } policy)
        {
            container["imagePullPolicy"] = policy;
        }

        return container;
    }

    private static JsonObject RuleOf(AccessRule rule)
    {
        var result = new JsonObject
        {
            ["apiGroups"] = new JsonArray(rule.Group),
            ["resources"] = new JsonArray(rule.Resource),
            ["verbs"] = new JsonArray([.. rule.Verbs.Select(verb => JsonValue.Create(verb))]),
        };
        if (rule.Name is { } name)
        {
            result["resourceNames"] = new JsonArray(name);
        }

        return result;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static JsonObject Metadata(string name) => new()
    {
        ["name"] = name,
        ["labels"] = new JsonObject { [KubernetesLabels.ManagedBy] = KubernetesLabels.Executor },
    };

    private static JsonObject StoreLabels() => new()
    {
        ["app.kubernetes.io/name"] = "executor",
        [KubernetesLabels.Component] = KubernetesLabels.StoreComponent,
        [KubernetesLabels.ManagedBy] = KubernetesLabels.Executor,
    };
}
