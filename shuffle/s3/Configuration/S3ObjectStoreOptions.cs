using Executor.Shuffle.Engine.Objects;

namespace Executor.Shuffle.S3.Configuration;

/// <summary>Which bucket an object store works on, and how it speaks to the server.</summary>
public sealed record S3ObjectStoreOptions
{
    /// <summary>The least that S3 allows a part of an upload to be, in bytes: 5 MiB.</summary>
    public const int MinPartBytes = 5 << 20;

    /// <summary>The most bytes a part may have here: 512 MiB.</summary>
    public const int MaxPartBytes = 512 << 20;

    /// <summary>The most characters a prefix may have: with the longest key it stays below S3's limit of 1024.</summary>
    public const int MaxPrefixLength = 256;

    /// <summary>The bucket, which must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary>The server, <c>http</c> or <c>https</c> without a path; that of Amazon's <see cref="Region"/> if null.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>
    /// The region that requests are signed for. If null: <c>us-east-1</c> with an <see cref="Endpoint"/>, else what the AWS SDK finds in the
    /// environment, in its profile or at the instance.
    /// </summary>
    public string? Region { get; init; }

    /// <summary>What the keys of all objects begin with: empty, or ending with '/'; at most <see cref="MaxPrefixLength"/> characters.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// Whether the bucket is named in the path (<c>https://server/bucket/key</c>), as most servers but Amazon's want it, and not in the
    /// host's name (<c>https://bucket.server/key</c>).
    /// </summary>
    public bool UsePathStyle { get; init; }

    /// <summary>Where the keys are; if null they come from the AWS SDK's chain: environment, profile, the pod's or the instance's role.</summary>
    public S3KeyFiles? KeyFiles { get; init; }

    /// <summary>A file of certificates in PEM which alone are trusted to sign the server's; those of the system if null.</summary>
    public string? CaFile { get; init; }

    /// <summary>How the server encrypts what it keeps; as the bucket's own settings say if null.</summary>
    public S3Encryption? Encryption { get; init; }

    /// <summary>
    /// Objects longer than this are put, and ranges longer than this are read, in parts of so many bytes; 16 MiB by default, from
    /// <see cref="MinPartBytes"/> to <see cref="MaxPartBytes"/>.
    /// </summary>
    public int PartBytes { get; init; } = 16 << 20;

    /// <summary>How many parts of one object are under way at a time; 4 by default, at least 1.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>How long one request may take, its bodies included; 30 seconds by default. Then it is tried again.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long connecting may take; 5 seconds by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a request is tried before its failure is told; 6 by default, at least 1.</summary>
    public int MaxTries { get; init; } = 6;

    /// <summary>About how long to wait before the second try, at random; each further wait is about twice as long. 100 ms by default.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two tries; 5 seconds by default.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock of time-outs and waits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Throws <see cref="ArgumentException"/> that names the option which is out of its range.</summary>
    public void Validate()
    {
        Require(Bucket is { Length: > 0 } && !Bucket.Contains('/', StringComparison.Ordinal), $"{nameof(Bucket)}: '{Bucket}', expected a bucket's name");
        Require(
            Endpoint is null || (Endpoint is { IsAbsoluteUri: true, Scheme: "http" or "https", PathAndQuery: "/", Fragment: "", UserInfo: "" }),
            $"{nameof(Endpoint)}: expected http://HOST:PORT or https://HOST:PORT, without a path or credentials");
        Require(
            Prefix.Length == 0 || (Prefix.EndsWith('/') && Prefix.Length <= MaxPrefixLength && ObjectKey.IsValid(Prefix.AsSpan(..^1))),
            $"{nameof(Prefix)}: '{Prefix}', expected at most {MaxPrefixLength} characters: segments of [A-Za-z0-9._-], each followed by '/'");
        Require(PartBytes is >= MinPartBytes and <= MaxPartBytes, $"{nameof(PartBytes)}: {PartBytes}, expected {MinPartBytes} to {MaxPartBytes}");
        Require(Parallelism >= 1, $"{nameof(Parallelism)}: {Parallelism}, expected at least 1");
        Require(MaxTries >= 1, $"{nameof(MaxTries)}: {MaxTries}, expected at least 1");
        Require(
            RequestTimeout > TimeSpan.Zero && ConnectTimeout > TimeSpan.Zero && FirstDelay > TimeSpan.Zero && MaxDelay >= FirstDelay,
            $"{nameof(RequestTimeout)}, {nameof(ConnectTimeout)} and {nameof(FirstDelay)} must be positive, {nameof(MaxDelay)} no less than {nameof(FirstDelay)}");
    }

    private static void Require(bool kept, string complaint)
    {
        if (!kept)
        {
            throw new ArgumentException(complaint);
        }
    }
}
