namespace Executor.Hosting;

/// <summary>Which shuffle store a command works with.</summary>
/// <param name="Uris">A store that runs already, by its pods' addresses; none for the embedded one.</param>
/// <param name="KeyFile">The file with its master key; null for the embedded one.</param>
internal sealed record StoreAddress(IReadOnlyList<Uri> Uris, string? KeyFile)
{
    /// <summary>The store inside this process.</summary>
    public static StoreAddress Embedded { get; } = new([], null);

    /// <summary>Reads addresses that are joined by commas; null if one is none, or if some are of https and some of http.</summary>
    public static IReadOnlyList<Uri>? TryParse(string text)
    {
        var addresses = new List<Uri>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(part, UriKind.Absolute, out var address)
                || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
                || address.Scheme != (addresses.Count > 0 ? addresses[0].Scheme : address.Scheme))
            {
                return null;
            }

            addresses.Add(address);
        }

        return addresses;
    }

    /// <summary>The authorities, in PEM, that its certificate must come from; null for those that lie beside the key, else the system's.</summary>
    public string? Authorities { get; init; }

    /// <summary>The name that its certificate is for; null for the address's host.</summary>
    public string? ServerName { get; init; }
}
