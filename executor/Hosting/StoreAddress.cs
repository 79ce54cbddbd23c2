namespace Executor.Hosting;

/// <summary>Which shuffle store a command works with.</summary>
/// <param name="Uri">A store that runs already; null for the embedded one.</param>
/// <param name="KeyFile">The file with its master key; null for the embedded one.</param>
internal sealed record StoreAddress(Uri? Uri, string? KeyFile)
{
    /// <summary>The store inside this process.</summary>
    public static StoreAddress Embedded { get; } = new(null, null);

    /// <summary>The authorities, in PEM, that its certificate must come from; null for those that lie beside the key, else the system's.</summary>
    public string? Authorities { get; init; }

    /// <summary>The name that its certificate is for; null for the address's host.</summary>
    public string? ServerName { get; init; }
}
