using Executor.Shuffle.S3;
using Executor.Shuffle.S3.Configuration;
using Executor.TestKit.S3;

namespace Shuffle.Tests.Objects.S3;

/// <summary>A prefix of a test's own in the bucket of <see cref="S3Server"/>; what lies below it is deleted when this is disposed of.</summary>
internal sealed class TestBucket : IAsyncDisposable
{
    private readonly TemporaryFolder _keys;

    internal TestBucket()
    {
        Server = S3Server.Locate();
        _keys = new TemporaryFolder();
        var accessKey = Write("access-key", Server.AccessKey);
        var secretKey = Write("secret-key", Server.SecretKey + "\n");
        Options = new S3ObjectStoreOptions
        {
            Endpoint = Server.Endpoint,
            Region = Server.Region,
            Bucket = Server.Bucket,
            Prefix = $"tests/{Guid.NewGuid():n}/",
            UsePathStyle = Server.UsePathStyle,
            KeyFiles = new S3KeyFiles(accessKey, secretKey),
        };
    }

    internal S3Server Server { get; }

    /// <summary>How to open it.</summary>
    internal S3ObjectStoreOptions Options { get; }

    /// <summary>How to open it through a proxy, where failures come fast.</summary>
    internal S3ObjectStoreOptions Through(FaultProxy proxy) => Options with
    {
        Endpoint = proxy.Address,
        FirstDelay = TimeSpan.FromMilliseconds(1),
        MaxDelay = TimeSpan.FromMilliseconds(20),
    };

    internal S3ObjectStore Open() => new(Options);

    /// <summary>The flags of a store process that works on it.</summary>
    /// <param name="endpoint">The server, or a proxy in front of it.</param>
    internal string[] Flags(Uri endpoint) =>
    [
        "--s3-bucket", Server.Bucket, "--s3-endpoint", endpoint.GetLeftPart(UriPartial.Authority), "--s3-region", Server.Region,
        "--s3-prefix", Options.Prefix, .. Server.UsePathStyle ? (string[])["--s3-path-style"] : [],
        "--s3-access-key-file", Options.KeyFiles!.AccessKeyFile, "--s3-secret-key-file", Options.KeyFiles.SecretKeyFile,
    ];

    /// <summary>Writes a file that is gone with this.</summary>
    internal string Write(string name, string text)
    {
        var path = Path.Combine(_keys.Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await using (var store = Open())
        {
            await foreach (var entry in store.ListAsync("", CancellationToken.None))
            {
                await store.DeleteAsync(entry.Key, CancellationToken.None);
            }
        }

        _keys.Dispose();
    }
}
