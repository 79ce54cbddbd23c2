using System.Buffers;
using Amazon.S3;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3;
using Executor.Shuffle.S3.Configuration;

namespace Shuffle.Tests.Objects.S3;

/// <summary>What is said of encryption at rest: by the requests that are sent, and, for keys of a key service, by what a real server makes of them.</summary>
public sealed class S3EncryptionTests
{
    private const string Method = "x-amz-server-side-encryption";
    private const string KeyId = "x-amz-server-side-encryption-aws-kms-key-id";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string?, string?> Choices => new()
    {
        { null, null },
        { "AES256", null },
        { "aws:kms", null },
        { "aws:kms", "arn:aws:kms:eu-central-1:1:key/2" },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task Every_write_of_an_object_says_how_it_is_to_be_encrypted_and_no_other_request_does(string? method, string? keyId)
    {
        await using var server = await RecordingServer.StartAsync();
        using var folder = new TemporaryFolder();
        var key = Path.Combine(folder.Path, "key");
        await File.WriteAllTextAsync(key, "key", Token);
        await using (var store = new S3ObjectStore(new S3ObjectStoreOptions
        {
            Bucket = "bucket",
            Endpoint = server.Address,
            UsePathStyle = true,
            KeyFiles = new S3KeyFiles(key, key),
            PartBytes = S3ObjectStoreOptions.MinPartBytes,
            Encryption = method switch { null => null, "AES256" => S3Encryption.Aes256, _ => S3Encryption.Kms(keyId) },
        }))
        {
            Assert.True(await store.TryCreateAsync("created", new ReadOnlySequence<byte>([1]), Token));
            await store.PutAsync("put", new ReadOnlySequence<byte>([1]), Token);
            await store.PutAsync("in-parts", new ReadOnlySequence<byte>(new byte[S3ObjectStoreOptions.MinPartBytes + 1]), Token);
            await store.DeleteAsync("put", Token);
        }

        string[] writes = ["PUT /bucket/created", "PUT /bucket/put", "POST /bucket/in-parts?uploads"];
        Assert.Equal(writes, server.Requests.Where(request => writes.Contains(request.ToString())).Select(request => request.ToString()));
        Assert.All(
            server.Requests,
            request =>
            {
                var isWrite = writes.Contains(request.ToString());
                Assert.Equal(isWrite ? method : null, request.Header(Method));
                Assert.Equal(isWrite ? keyId : null, request.Header(KeyId));
            });
        Assert.Equal(7, server.Requests.Count);
    }

    [Fact]
    public async Task A_server_with_a_key_service_encrypts_by_the_key_that_was_named_and_gives_everything_back()
    {
        await using var bucket = new TestBucket();
        var keyId = bucket.Server.RequireEncryptionKey();
        await using var store = new S3ObjectStore(bucket.Options with { Encryption = S3Encryption.Kms(keyId), PartBytes = S3ObjectStoreOptions.MinPartBytes });
        var large = new byte[(2 * S3ObjectStoreOptions.MinPartBytes) + 7];
        new Random(1).NextBytes(large);

        Assert.True(await store.TryCreateAsync("created", new ReadOnlySequence<byte>([1, 2, 3]), Token));
        Assert.False(await store.TryCreateAsync("created", new ReadOnlySequence<byte>([4]), Token));
        await store.PutAsync("large", new ReadOnlySequence<byte>(large), Token);

        var buffer = new byte[large.Length];
        Assert.Equal(new ObjectRead(3, 3), await store.GetAsync("created", ObjectRange.From(0, 3), buffer, Token));
        Assert.Equal([1, 2, 3], buffer[..3]);
        Assert.Equal(new ObjectRead(large.Length - 5, large.Length), await store.GetAsync("large", ObjectRange.From(5, large.Length), buffer, Token));
        Assert.True(buffer.AsSpan(0, large.Length - 5).SequenceEqual(large.AsSpan(5)));

        using var client = new AmazonS3Client(
            bucket.Server.AccessKey, bucket.Server.SecretKey, new AmazonS3Config { ServiceURL = bucket.Server.Endpoint.ToString(), ForcePathStyle = bucket.Server.UsePathStyle });
        foreach (var name in (string[])["created", "large"])
        {
            var head = await client.GetObjectMetadataAsync(bucket.Server.Bucket, bucket.Options.Prefix + name, Token);
            Assert.Equal((ServerSideEncryptionMethod.AWSKMS, keyId), (head.ServerSideEncryptionMethod, head.ServerSideEncryptionKeyManagementServiceKeyId));
        }
    }

    [Fact]
    public async Task A_key_that_the_servers_key_service_does_not_know_fails_the_first_write()
    {
        await using var bucket = new TestBucket();
        bucket.Server.RequireEncryptionKey();
        await using var store = new S3ObjectStore(bucket.Options with { Encryption = S3Encryption.Kms("no-such-key") });
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryCreateAsync("k", new ReadOnlySequence<byte>([1]), Token));
        Assert.NotEqual(ObjectStoreError.Unavailable, failure.Error);
    }
}
