namespace Executor.Shuffle.S3.Configuration;

/// <summary>How a server encrypts the objects that it keeps. It decrypts them by itself for whoever may read them.</summary>
public sealed record S3Encryption
{
    private S3Encryption(bool usesKms, string? kmsKeyId) => (UsesKms, KmsKeyId) = (usesKms, kmsKeyId);

    /// <summary>With keys of the server's own (SSE-S3, <c>AES256</c>).</summary>
    public static S3Encryption Aes256 { get; } = new(false, null);

    /// <summary>Whether a key management service holds the keys.</summary>
    public bool UsesKms { get; }

    /// <summary>The key in the key management service; its default one if null.</summary>
    public string? KmsKeyId { get; }

    /// <summary>With a key of a key management service (SSE-KMS, <c>aws:kms</c>).</summary>
    /// <param name="keyId">The key's id; the service's default key if null.</param>
    public static S3Encryption Kms(string? keyId) => new(true, keyId);
}
