using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>
/// Whom a client takes for the store when it speaks TLS with it: a certificate of these authorities, for this name.
/// </summary>
/// <param name="Authorities">
/// Certificates in PEM, one after the other; what else the text holds is passed over. The system's do not count beside them. Null for the system's.
/// </param>
/// <param name="ServerName">The name that the store's certificate is for; null for the host of the address by which the store is reached.</param>
public sealed record StoreTrust(string? Authorities, string? ServerName = null)
{
    /// <summary>What is wrong with a text as authorities; null if it can be used.</summary>
    public static string? ComplaintOf(string authorities)
    {
        try
        {
            return Parse(authorities).Count > 0 ? null : "holds no certificate in PEM";
        }
        catch (CryptographicException exception)
        {
            return $"holds something else than certificates in PEM: {exception.Message}";
        }
    }

    /// <summary>The authorities; null for the system's.</summary>
    /// <exception cref="ArgumentException">There is none in the text, or one cannot be read.</exception>
    internal X509Certificate2Collection? ToCertificates() =>
        Authorities is null ? null
        : ComplaintOf(Authorities) is { } complaint ? throw new ArgumentException($"the store's authorities: found text that {complaint}")
        : Parse(Authorities);

    private static X509Certificate2Collection Parse(string authorities)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(authorities);
        return certificates;
    }
}
