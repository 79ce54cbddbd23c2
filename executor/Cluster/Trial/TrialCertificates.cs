using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Executor.Cluster.Trial;

/// <summary>What a store that is started for trying the product speaks TLS with: a certificate of an authority that has issued nothing else.</summary>
/// <param name="Authority">The authority's certificate, in PEM.</param>
/// <param name="Certificate">The store's, in PEM.</param>
/// <param name="Key">The store's private key, in PEM.</param>
internal sealed record TrialCertificates(string Authority, string Certificate, string Key)
{
    // TLS's id-kp-serverAuth (RFC 5280, 4.2.1.12).
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int SerialBytes = 16;
    private const int Years = 10;

    /// <summary>Makes them for the store's Service in a namespace; the authority's key is thrown away. They are good for ten years.</summary>
    public static TrialCertificates Make(string service, string namespaceName, TimeProvider time)
    {
        var now = time.GetUtcNow();

        // Clocks differ.
        var from = now.AddHours(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest($"CN={service} authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        authority.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authority.PublicKey, critical: false));
        using var issuer = authority.CreateSelfSigned(from, now.AddYears(Years));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={service}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in (string[])[service, $"{service}.{namespaceName}", $"{service}.{namespaceName}.svc", "localhost"])
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(issuer, from, issuer.NotAfter, RandomNumberGenerator.GetBytes(SerialBytes));
        return new TrialCertificates(issuer.ExportCertificatePem(), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
