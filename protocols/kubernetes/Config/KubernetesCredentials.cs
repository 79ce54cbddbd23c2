using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

namespace Executor.Kubernetes.Config;

/// <summary>Where a client takes its credentials from before each request. Implementations are thread-safe and cache.</summary>
public abstract class KubernetesCredentials
{
    /// <summary>The credentials to use now; they may be asked for anew, from a file or from a plugin.</summary>
    /// <exception cref="KubeConfigException">There are none to be had.</exception>
    public abstract ValueTask<Credential> GetAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The server refused <paramref name="refused"/> with 401: the next <see cref="GetAsync"/> looks anew, unless somebody
    /// else has done so since. False when that cannot change anything.
    /// </summary>
    public virtual bool Invalidate(Credential refused) => false;
}

/// <summary>What goes with a request. Compared by reference: the same instance is given out until something changed.</summary>
/// <param name="authorization">The header; null for none.</param>
/// <param name="certificate">The client certificate of the connection; null for none.</param>
public sealed class Credential(AuthenticationHeaderValue? authorization, X509Certificate2? certificate = null)
{
    /// <summary>The header; null for none. Secret.</summary>
    public AuthenticationHeaderValue? Authorization { get; } = authorization;

    /// <summary>The client certificate of the connection; null for none, or where the configuration has a fixed one.</summary>
    public X509Certificate2? Certificate { get; } = certificate;

    /// <summary>The kind of credentials without the secret.</summary>
    public override string ToString() =>
        (Authorization, Certificate) switch
        {
            (null, null) => "none",
            ({ } header, null) => header.Scheme,
            (null, _) => "certificate",
            ({ } header, _) => $"{header.Scheme} and certificate",
        };
}

/// <summary>Credentials that never change.</summary>
internal sealed class FixedCredentials(Credential credential) : KubernetesCredentials
{
    public override ValueTask<Credential> GetAsync(CancellationToken cancellationToken) => new(credential);
}
