using System.Net.Http.Headers;
using System.Text;

namespace Executor.Kubernetes.Config;

/// <content>From kubeconfig files.</content>
public sealed partial class KubernetesClientConfiguration
{
    /// <summary>
    /// Reads a kubeconfig: the given file, else the files of <c>KUBECONFIG</c> merged by kubectl's rules, else <c>~/.kube/config</c>.
    /// Token files are read anew when they are a minute old; credential plugins run when a client first needs them.
    /// </summary>
    /// <param name="kubeconfigPath">The file; null for kubectl's default.</param>
    /// <param name="currentContext">The context; null for the file's current one.</param>
    /// <param name="masterUrl">Replaces the cluster's server; null for the file's.</param>
    /// <param name="timeProvider">The clock for expiry; null for the system's.</param>
    /// <exception cref="KubeConfigException">The file is missing or wrong; the message says where and what was expected.</exception>
    public static KubernetesClientConfiguration BuildConfigFromConfigFile(
        string? kubeconfigPath = null, string? currentContext = null, string? masterUrl = null, TimeProvider? timeProvider = null)
    {
        var paths = kubeconfigPath is null ? KubeConfigFiles.DefaultPaths(Environment.GetEnvironmentVariable) : [kubeconfigPath];
        var files = KubeConfigFiles.Load(paths);
        if (files.IsEmpty)
        {
            throw new KubeConfigException(
                $"found no kubeconfig at {(paths.Count == 0 ? "~/.kube/config" : string.Join(", ", paths))}; set KUBECONFIG or name a file");
        }

        return Build(files.Select(currentContext), masterUrl, timeProvider ?? TimeProvider.System);
    }

    internal static KubernetesClientConfiguration Build(KubeConfigSelection selection, string? masterUrl, TimeProvider time)
    {
        var (context, name, cluster, user) = selection;
        var authorities = PemMaterial.Authorities(cluster);
        var skipsVerification = cluster.Flag("insecure-skip-tls-verify");

        // As kubectl reads an address without a scheme.
        var scheme = authorities is not null || skipsVerification ? "https" : "http";
        var configuration = new KubernetesClientConfiguration
        {
            Host = Address(masterUrl ?? cluster.Text("server"), scheme, cluster.Where("server"), "http", "https"),
            CurrentContext = context,
            SkipTlsVerify = skipsVerification,
            TlsServerName = cluster.Text("tls-server-name") is { Length: > 0 } serverName ? serverName : null,
            SslCaCerts = authorities,
        };
        if (configuration is { SkipTlsVerify: true, SslCaCerts: not null })
        {
            throw new KubeConfigException(
                $"{cluster.Where("insecure-skip-tls-verify")}: found together with a certificate-authority, expected one of them");
        }

        if (!string.IsNullOrEmpty(name))
        {
            configuration.Namespace = name;
        }

        if (cluster.Text("proxy-url") is { Length: > 0 } proxy)
        {
            configuration.ProxyUrl = Address(proxy, "http", cluster.Where("proxy-url"), "http", "https", "socks5");
        }

        if (user is not null)
        {
            configuration.SetUser(user, cluster, time);
        }

        return configuration;
    }

    private static Uri Address(string? text, string defaultScheme, string where, params string[] schemes)
    {
        var address = text?.Contains("://", StringComparison.Ordinal) == true ? text : $"{defaultScheme}://{text}";

        // An address may carry a password: it is not repeated.
        if (string.IsNullOrEmpty(text) || !Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || !schemes.Contains(uri.Scheme))
        {
            throw new KubeConfigException(
                $"{where}: found {(string.IsNullOrEmpty(text) ? "nothing" : "no such address")}, expected a URL with {string.Join(" or ", schemes)}");
        }

        return uri;
    }

    private void SetUser(KubeConfigNode user, KubeConfigNode cluster, TimeProvider time)
    {
        if (PemMaterial.ClientCertificate(user) is { } certificate)
        {
            ClientCertificate = certificate.Certificate;
            ClientCertificateChain = certificate.Intermediates;
        }

        if (user.Text("as") is { Length: > 0 } impersonated)
        {
            Impersonate = new Impersonation(impersonated, user.Text("as-uid"), user.Texts("as-groups"), user.TextLists("as-user-extra"));
        }

        var hasPassword = !string.IsNullOrEmpty(user.Text("username")) || !string.IsNullOrEmpty(user.Text("password"));
        var hasToken = !string.IsNullOrEmpty(user.Text("token")) || !string.IsNullOrEmpty(user.Text("tokenFile"));
        if (hasPassword && hasToken)
        {
            throw new KubeConfigException($"{user.File}: {user.Place}: found a token and a password, expected one way to authenticate");
        }

        if (user.FilePath("tokenFile") is { } path)
        {
            Credentials = new TokenFileCredentials(path, $"{user.Where("tokenFile")} ({path})", time);
        }
        else if (user.Text("token") is { Length: > 0 } token)
        {
            Credentials = new FixedCredentials(new Credential(new AuthenticationHeaderValue("Bearer", token)));
        }
        else if (hasPassword)
        {
            var pair = $"{user.Text("username")}:{user.Text("password")}";
            var header = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
            Credentials = new FixedCredentials(new Credential(header));
        }
        else if (user.Section("exec") is { } exec)
        {
            Credentials = new ExecCredentials(
                ExecPlugin.Read(exec, cluster, hasTerminal: !Console.IsInputRedirected), new ExecPluginProcess(time), time);
        }
        else if (user.Section("auth-provider") is { } provider)
        {
            throw new KubeConfigException(
                $"{user.Where("auth-provider")}: found '{provider.Text("name")}'; auth providers were replaced by credential plugins, expected exec");
        }
    }
}
