namespace Executor.Kubernetes.Config;

/// <content>From a pod's service account.</content>
public sealed partial class KubernetesClientConfiguration
{
    private const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string HostVariable = "KUBERNETES_SERVICE_HOST";
    private const string PortVariable = "KUBERNETES_SERVICE_PORT";

    /// <summary>Whether this process runs in a pod that has a service account's token.</summary>
    public static bool IsInCluster() => IsInCluster(ServiceAccountFolder, Environment.GetEnvironmentVariable);

    /// <summary>
    /// Takes the server from <c>KUBERNETES_SERVICE_HOST</c> and <c>KUBERNETES_SERVICE_PORT</c>, and token, authority and namespace from the
    /// service account's files. The token is read anew when it is a minute old.
    /// </summary>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="KubeConfigException">The process is not in a pod, or the pod has no service account token.</exception>
    public static KubernetesClientConfiguration InClusterConfig(TimeProvider? timeProvider = null) =>
        InClusterConfig(ServiceAccountFolder, Environment.GetEnvironmentVariable, timeProvider ?? TimeProvider.System);

    /// <summary>
    /// kubectl's choice: a kubeconfig where one exists (<c>KUBECONFIG</c>, <c>~/.kube/config</c>), else the pod's service account.
    /// </summary>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="KubeConfigException">There is neither, or what there is cannot be used.</exception>
    public static KubernetesClientConfiguration BuildDefaultConfig(TimeProvider? timeProvider = null)
    {
        var paths = KubeConfigFiles.DefaultPaths(Environment.GetEnvironmentVariable);
        return !paths.Any(File.Exists) && IsInCluster()
            ? InClusterConfig(timeProvider)
            : BuildConfigFromConfigFile(timeProvider: timeProvider);
    }

    internal static bool IsInCluster(string folder, Func<string, string?> environment) =>
        !string.IsNullOrEmpty(environment(HostVariable))
        && !string.IsNullOrEmpty(environment(PortVariable))
        && File.Exists(Path.Combine(folder, "token"));

    internal static KubernetesClientConfiguration InClusterConfig(string folder, Func<string, string?> environment, TimeProvider time)
    {
        var host = environment(HostVariable);
        var port = environment(PortVariable);
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port))
        {
            throw new KubeConfigException($"{HostVariable} and {PortVariable} are not both set: this process does not run in a pod");
        }

        var token = Path.Combine(folder, "token");
        if (!File.Exists(token))
        {
            throw new KubeConfigException($"{token}: is missing; the pod's service account has automountServiceAccountToken: false, expected a token");
        }

        var address = host.Contains(':', StringComparison.Ordinal) ? $"https://[{host}]:{port}" : $"https://{host}:{port}";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            throw new KubeConfigException($"{HostVariable} is '{host}' and {PortVariable} is '{port}', expected an address and a port");
        }

        var authority = Path.Combine(folder, "ca.crt");
        var name = Path.Combine(folder, "namespace");
        return new KubernetesClientConfiguration
        {
            Host = uri,
            Namespace = File.Exists(name) && PemMaterial.ReadFile(name, name).Trim() is { Length: > 0 } found ? found : "default",
            SslCaCerts = File.Exists(authority) ? PemMaterial.Authorities(PemMaterial.ReadFile(authority, authority), authority) : null,
            Credentials = new TokenFileCredentials(token, token, time),
        };
    }
}
