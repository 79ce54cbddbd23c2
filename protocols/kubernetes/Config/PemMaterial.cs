using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Executor.Kubernetes.Config;

/// <summary>Certificates and keys out of a kubeconfig: <c>NAME-data</c> (base64 of PEM) wins over the file that <c>NAME</c> points to.</summary>
internal static class PemMaterial
{
    private const long MaxFileBytes = 4 * 1024 * 1024;

    public static X509Certificate2Collection? Authorities(KubeConfigNode cluster) =>
        Read(cluster, "certificate-authority") is var (text, where) ? Authorities(text, where) : null;

    public static X509Certificate2Collection Authorities(string pem, string where)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new KubeConfigException($"{where}: found a certificate that cannot be read ({e.Message}), expected PEM", e);
        }

        return certificates.Count > 0
            ? certificates
            : throw new KubeConfigException($"{where}: found no certificate, expected PEM with BEGIN CERTIFICATE");
    }

    public static ClientCertificate? ClientCertificate(KubeConfigNode user)
    {
        var certificate = Read(user, "client-certificate");
        var key = Read(user, "client-key");
        return (certificate, key) switch
        {
            (null, null) => null,
            (null, _) => throw new KubeConfigException($"{user.Where("client-key")}: found a key without client-certificate, expected both"),
            (_, null) => throw new KubeConfigException($"{user.Where("client-certificate")}: found a certificate without client-key, expected both"),
            var ((pem, where), (keyPem, keyWhere)) => ClientCertificate(pem, where, keyPem, keyWhere),
        };
    }

    /// <summary>A certificate, its key (PKCS #1, SEC 1 or PKCS #8; RSA or EC) and the intermediates that follow it.</summary>
    public static ClientCertificate ClientCertificate(string pem, string where, string keyPem, string keyWhere)
    {
        var all = Authorities(pem, where);
        if (keyPem.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw new KubeConfigException($"{keyWhere}: found an encrypted key, expected one without a passphrase");
        }

        try
        {
            var own = X509Certificate2.CreateFromPem(pem, keyPem);
            var others = new X509Certificate2Collection(
                all.Where(other => !other.RawDataMemory.Span.SequenceEqual(own.RawDataMemory.Span)).ToArray());
            return new ClientCertificate(own, others);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KubeConfigException(
                $"{keyWhere}: found no usable key, expected the PEM key (RSA or EC) of the certificate in {where}: {e.Message}", e);
        }
    }

    private static (string Text, string Where)? Read(KubeConfigNode node, string name)
    {
        var dataName = name + "-data";
        if (node.Text(dataName) is { Length: > 0 } data)
        {
            try
            {
                return (Encoding.UTF8.GetString(Convert.FromBase64String(data)), node.Where(dataName));
            }
            catch (FormatException)
            {
                throw new KubeConfigException($"{node.Where(dataName)}: not base64, expected PEM in base64");
            }
        }

        if (node.FilePath(name) is not { } path)
        {
            return null;
        }

        var where = $"{node.Where(name)} ({path})";
        return (ReadFile(path, where), where);
    }

    public static string ReadFile(string path, string where)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= MaxFileBytes
                ? File.ReadAllText(path)
                : throw new KubeConfigException($"{where}: found a file of {length} bytes, expected at most {MaxFileBytes}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{where}: the file cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A certificate with its private key, and the certificates between it and a root that are sent along.</summary>
internal sealed record ClientCertificate(X509Certificate2 Certificate, X509Certificate2Collection Intermediates);
