using System.Security.Cryptography.X509Certificates;

namespace Executor.TestKit.Certificates;

/// <summary>What a client would make of a certificate.</summary>
public static class CertificateTrust
{
    /// <summary>True if a client that knows this authority and no other takes the certificate, today.</summary>
    public static bool IsTrustedBy(this X509Certificate2 certificate, X509Certificate2 authority)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        using var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { authority } },
        };
        return chain.Build(certificate);
    }
}
