using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Config;

/// <summary>A credential plugin as a kubeconfig describes it (client.authentication.k8s.io).</summary>
internal sealed record ExecPlugin(
    string Where,
    string ApiVersion,
    string Command,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<KeyValuePair<string, string>> Environment,
    string WorkingDirectory,
    bool IsInteractive,
    string? InstallHint,
    JsonObject? Cluster)
{
    private const string V1 = "client.authentication.k8s.io/v1";
    private const string V1Beta1 = "client.authentication.k8s.io/v1beta1";
    private const string ClusterExtension = "client.authentication.k8s.io/exec";

    /// <summary>Reads <c>users[].user.exec</c>.</summary>
    /// <param name="exec">The section.</param>
    /// <param name="cluster">The cluster's section, for <c>provideClusterInfo</c>.</param>
    /// <param name="hasTerminal">Whether standard input is a terminal that a plugin may ask on.</param>
    public static ExecPlugin Read(KubeConfigNode exec, KubeConfigNode cluster, bool hasTerminal)
    {
        var version = exec.Text("apiVersion");
        if (version is not (V1 or V1Beta1))
        {
            throw new KubeConfigException($"{exec.Where("apiVersion")}: found '{version}', expected '{V1}' or '{V1Beta1}'");
        }

        var command = exec.Text("command");
        if (string.IsNullOrEmpty(command))
        {
            throw new KubeConfigException($"{exec.Where("command")}: is missing, expected a program");
        }

        return new ExecPlugin(
            exec.Where("command"),
            version,
            command.Contains('/', StringComparison.Ordinal) ? exec.Absolute(command) : command,
            exec.Texts("args"),
            [.. exec.Sections("env").Select(variable => KeyValuePair.Create(
                variable.Text("name") ?? throw new KubeConfigException($"{variable.Where("name")}: is missing"),
                variable.Text("value") ?? ""))],
            Directory.GetCurrentDirectory(),
            Interactive(exec, version, hasTerminal),
            exec.Text("installHint"),
            exec.Flag("provideClusterInfo") ? DescribeCluster(cluster) : null);
    }

    /// <summary>The text of <c>KUBERNETES_EXEC_INFO</c>.</summary>
    public string Info()
    {
        var spec = new JsonObject { ["interactive"] = IsInteractive };
        if (Cluster is not null)
        {
            spec["cluster"] = Cluster.DeepClone();
        }

        return new JsonObject { ["kind"] = "ExecCredential", ["apiVersion"] = ApiVersion, ["spec"] = spec }.ToJsonString();
    }

    private static bool Interactive(KubeConfigNode exec, string version, bool hasTerminal)
    {
        var mode = exec.Text("interactiveMode");
        return mode switch
        {
            "Never" => false,
            "IfAvailable" => hasTerminal,
            "Always" when hasTerminal => true,
            "Always" => throw new KubeConfigException(
                $"{exec.Where("interactiveMode")}: found 'Always', but standard input is not a terminal; expected a plugin that asks nothing"),
            null or "" when version == V1Beta1 => hasTerminal,
            _ => throw new KubeConfigException($"{exec.Where("interactiveMode")}: found '{mode}', expected 'Never', 'IfAvailable' or 'Always'"),
        };
    }

    private static JsonObject DescribeCluster(KubeConfigNode cluster)
    {
        var described = new JsonObject { ["server"] = cluster.Text("server") };
        if (cluster.Text("tls-server-name") is { Length: > 0 } name)
        {
            described["tls-server-name"] = name;
        }

        if (cluster.Flag("insecure-skip-tls-verify"))
        {
            described["insecure-skip-tls-verify"] = true;
        }

        var data = cluster.Text("certificate-authority-data");
        if (string.IsNullOrEmpty(data) && cluster.FilePath("certificate-authority") is { } path)
        {
            data = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(PemMaterial.ReadFile(path, cluster.Where("certificate-authority"))));
        }

        if (!string.IsNullOrEmpty(data))
        {
            described["certificate-authority-data"] = data;
        }

        if (cluster.Text("proxy-url") is { Length: > 0 } proxy)
        {
            described["proxy-url"] = proxy;
        }

        foreach (var extension in cluster.Sections("extensions").Where(extension => extension.Text("name") == ClusterExtension))
        {
            described["config"] = extension.Json("extension");
        }

        return described;
    }
}

/// <summary>What a plugin prints.</summary>
internal sealed class ExecCredential
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public ExecCredentialStatus? Status { get; set; }
}

internal sealed class ExecCredentialStatus
{
    public DateTimeOffset? ExpirationTimestamp { get; set; }

    public string? Token { get; set; }

    public string? ClientCertificateData { get; set; }

    public string? ClientKeyData { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExecCredential))]
internal sealed partial class ExecCredentialJson : JsonSerializerContext;
