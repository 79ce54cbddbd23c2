using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Executor.TestKit.Certificates;

/// <summary>A certificate authority made for one test, and certificates that it signs.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TimeProvider _time = TimeProvider.System;

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=test-ca", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Certificate = request.CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(1));
    }

    /// <summary>The authority's own certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The same in PEM.</summary>
    public string CertificatePem => Certificate.ExportCertificatePem();

    /// <summary>A server's certificate for the loopback address and the given names.</summary>
    public X509Certificate2 Server(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Sign(key, new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256), "1.3.6.1.5.5.7.3.1", request =>
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            alternatives.AddIpAddress(IPAddress.Loopback);
            foreach (var name in names)
            {
                alternatives.AddDnsName(name);
            }

            request.CertificateExtensions.Add(alternatives.Build());
        });
    }

    /// <summary>A server's certificate with its key, in PEM, as <see cref="Server"/> makes it.</summary>
    public (string CertificatePem, string KeyPem) ServerPem(params string[] names)
    {
        using var certificate = Server(names);
        using var key = certificate.GetECDsaPrivateKey()!;
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A client's certificate with its key: RSA, else EC.</summary>
    public (string CertificatePem, string KeyPem) Client(string name, bool rsa = false)
    {
        if (rsa)
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var unsigned = Sign(request, "1.3.6.1.5.5.7.3.2");
            return (unsigned.ExportCertificatePem(), key.ExportRSAPrivateKeyPem());
        }

        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(new CertificateRequest($"CN={name}", ec, HashAlgorithmName.SHA256), "1.3.6.1.5.5.7.3.2");
        return (certificate.ExportCertificatePem(), ec.ExportECPrivateKeyPem());
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Sign(ECDsa key, CertificateRequest request, string usage, Action<CertificateRequest> extend)
    {
        extend(request);
        using var certificate = Sign(request, usage);
        return certificate.CopyWithPrivateKey(key);
    }

    private X509Certificate2 Sign(CertificateRequest request, string usage)
    {
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var generator = X509SignatureGenerator.CreateForECDsa(_key);
        return request.Create(
            Certificate.SubjectName, generator, _time.GetUtcNow().AddHours(-1), _time.GetUtcNow().AddHours(12), RandomNumberGenerator.GetBytes(8));
    }
}
