using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Executor.Kubernetes.Client;

/// <summary>
/// Trusts certificates that one of the given authorities signed, and no others. As in Go's client any certificate of the list is an anchor, also an
/// intermediate or the server's own. Without authorities any certificate will do: <c>insecure-skip-tls-verify</c>.
/// </summary>
internal sealed class ServerTrust(X509Certificate2Collection? authorities)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public bool Validate(object sender, X509Certificate? certificate, X509Chain? received, SslPolicyErrors errors)
    {
        if (authorities is null)
        {
            return true;
        }

        if (certificate is not X509Certificate2 leaf
            || (errors & (SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable)) != 0)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(authorities);
        if (received is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(received.ChainPolicy.ExtraStore);
        }

        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));

        // The anchor is looked for below: it need not be a self-signed root.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        return chain.Build(leaf) && chain.ChainElements.Any(element => IsAuthority(element.Certificate));
    }

    // Certificates' own equality compares issuer and serial number alone, which anybody can put into a certificate.
    private bool IsAuthority(X509Certificate2 certificate) =>
        authorities!.Any(authority => authority.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span));
}
