using System.Security.Cryptography.X509Certificates;

namespace Executor.Kubernetes.Config;

/// <summary>
/// How to reach an API server and as whom. Built from a kubeconfig, from a pod's service account, or by hand. Not to be changed once a client
/// uses it.
/// </summary>
public sealed partial class KubernetesClientConfiguration
{
    /// <summary>The server's address, such as <c>https://10.0.0.1:6443</c>; a path is kept as a prefix.</summary>
    public required Uri Host { get; set; }

    /// <summary>The namespace of the context or of the pod; <c>default</c> where none is set.</summary>
    public string Namespace { get; set; } = "default";

    /// <summary>The kubeconfig's context; null elsewhere.</summary>
    public string? CurrentContext { get; set; }

    /// <summary>The authorities that may have signed the server's certificate; null for the system's.</summary>
    public X509Certificate2Collection? SslCaCerts { get; set; }

    /// <summary>Accepts any certificate of the server.</summary>
    public bool SkipTlsVerify { get; set; }

    /// <summary>The name that the server's certificate must have instead of the host's; null for the host's.</summary>
    public string? TlsServerName { get; set; }

    /// <summary>The certificate that the client shows, with its private key; null for none.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>The certificates between <see cref="ClientCertificate"/> and its root, to be sent along; null for none.</summary>
    public X509Certificate2Collection? ClientCertificateChain { get; set; }

    /// <summary>Tokens, passwords and certificates that may change; null for none.</summary>
    public KubernetesCredentials? Credentials { get; set; }

    /// <summary>The proxy (<c>http</c>, <c>https</c> or <c>socks5</c>); null for the environment's <c>HTTPS_PROXY</c> and <c>NO_PROXY</c>.</summary>
    public Uri? ProxyUrl { get; set; }

    /// <summary>Acts as somebody else; null as oneself.</summary>
    public Impersonation? Impersonate { get; set; }

    /// <summary>The <c>User-Agent</c> of every request.</summary>
    public string UserAgent { get; set; } = $"executor/{typeof(KubernetesClientConfiguration).Assembly.GetName().Version?.ToString(3)}";
}

/// <summary>Whom a client acts as, where its own rights allow that.</summary>
/// <param name="UserName">The user.</param>
/// <param name="Uid">The user's UID; null for none.</param>
/// <param name="Groups">The user's groups.</param>
/// <param name="Extra">Further attributes with their values.</param>
public sealed record Impersonation(
    string UserName, string? Uid, IReadOnlyList<string> Groups, IReadOnlyList<(string Key, IReadOnlyList<string> Values)> Extra);
