using System.Globalization;
using System.Text.Json.Nodes;
using Executor.Contracts.Descriptors;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>What every pod that the executor makes has in common: a task's, a driver's, a trial store's. Each call gives a new tree.</summary>
internal static class PodDefaults
{
    private const long NoUser = 65532;

    /// <summary>The pod's security context: not root, and the runtime's seccomp profile.</summary>
    public static JsonObject PodSecurity() => new()
    {
        ["runAsNonRoot"] = true,
        ["runAsUser"] = NoUser,
        ["runAsGroup"] = NoUser,
        ["fsGroup"] = NoUser,
        ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
    };

    /// <summary>A container's security context: no capabilities, and none to be gained.</summary>
    /// <param name="isReadOnly">True for a root file system that cannot be written to.</param>
    public static JsonObject ContainerSecurity(bool isReadOnly)
    {
        var security = new JsonObject
        {
            ["allowPrivilegeEscalation"] = false,
            ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
        };
        if (isReadOnly)
        {
            security["readOnlyRootFilesystem"] = true;
        }

        return security;
    }

    /// <summary>Requests that are also limits.</summary>
    public static JsonObject Resources(JsonObject amounts)
    {
        ArgumentNullException.ThrowIfNull(amounts);
        return new JsonObject { ["requests"] = amounts, ["limits"] = amounts.DeepClone() };
    }

    /// <summary>The pod's <c>imagePullSecrets</c>.</summary>
    public static JsonArray PullSecrets(IEnumerable<string> names) => new([.. names.Select(name => new JsonObject { ["name"] = name })]);

    /// <summary>Requests and limits of a task: processor, memory in bytes, and whatever else it asks for.</summary>
    public static JsonObject Resources(ResourceLimits resources, IEnumerable<KeyValuePair<string, long>> others)
    {
        var amounts = new JsonObject
        {
            ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{resources.CpuMillicores}m"),
            ["memory"] = resources.MemoryBytes.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, amount) in others)
        {
            amounts[name] = amount.ToString(CultureInfo.InvariantCulture);
        }

        return Resources(amounts);
    }
}
