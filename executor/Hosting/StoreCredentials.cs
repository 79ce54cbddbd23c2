using Executor.Shuffle.Channel.Flight;

namespace Executor.Hosting;

/// <summary>What a client of a store that runs elsewhere needs beside its address, as a Secret of a cluster holds it.</summary>
/// <param name="MasterKey">The master key.</param>
/// <param name="Authorities">The authorities of the store's certificate, in PEM; null where the system's count, or no TLS is spoken.</param>
internal sealed record StoreCredentials(byte[] MasterKey, string? Authorities)
{
    /// <summary>The name of the authorities beside the master key: in a Secret, and so in the folder that it is mounted as.</summary>
    public const string AuthoritiesName = "ca.crt";

    /// <summary>Reads a master key, and the authorities if they lie beside it. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public static async Task<StoreCredentials> ReadAsync(string keyFile, CancellationToken cancellationToken)
    {
        var authorities = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(keyFile))!, AuthoritiesName);
        return new StoreCredentials(
            await File.ReadAllBytesAsync(keyFile, cancellationToken),
            File.Exists(authorities) ? await File.ReadAllTextAsync(authorities, cancellationToken) : null);
    }

    /// <summary>Whom to take for the store at an address; null where no TLS is spoken, and for whomever the system vouches for under the address's host.</summary>
    /// <param name="address">The address.</param>
    /// <param name="authorities">Authorities that were told, and count in place of <see cref="Authorities"/>.</param>
    /// <param name="serverName">The name that the certificate is for; null for the address's host.</param>
    public StoreTrust? TrustAt(Uri address, string? authorities, string? serverName)
    {
        var known = authorities ?? Authorities;
        return address.Scheme == Uri.UriSchemeHttps && (known ?? serverName) is not null ? new StoreTrust(known, serverName) : null;
    }
}
