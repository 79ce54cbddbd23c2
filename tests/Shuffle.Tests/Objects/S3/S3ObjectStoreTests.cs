using System.Buffers;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3;
using Executor.Shuffle.S3.Configuration;
using Executor.TestKit;
using Executor.TestKit.Certificates;
using Executor.TestKit.S3;

namespace Shuffle.Tests.Objects.S3;

/// <summary>What S3 has beyond other object stores: parts, pages, keys, certificates.</summary>
public sealed class S3ObjectStoreTests
{
    private const int PartBytes = S3ObjectStoreOptions.MinPartBytes;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PartBytes - 1)]
    [InlineData(PartBytes)]
    [InlineData(PartBytes + 1)]
    [InlineData((2 * PartBytes) - 1)]
    [InlineData(2 * PartBytes)]
    [InlineData((2 * PartBytes) + 1)]
    public async Task An_object_of_about_whole_parts_is_put_and_read_back(int length)
    {
        await using var bucket = new TestBucket();
        await using var store = new S3ObjectStore(bucket.Options with { PartBytes = PartBytes });
        var content = new byte[length];
        new Random(length).NextBytes(content);
        await store.PutAsync("large", InPieces(content, 100_000), Token);

        foreach (var range in (ObjectRange[])[ObjectRange.From(0, length), ObjectRange.From(1, length), ObjectRange.Last(length), ObjectRange.Last(length + 7), ObjectRange.From(length - 3, length)])
        {
            var buffer = new byte[range.Length];
            var (offset, count) = range.Within(length);
            Assert.Equal(new ObjectRead(count, length), await store.GetAsync("large", range, buffer, Token));
            Assert.True(buffer.AsSpan(0, count).SequenceEqual(content.AsSpan((int)offset, count)), $"{range} of {length} bytes differs");
        }
    }

    [Fact]
    public async Task A_range_of_several_parts_is_scattered_over_pieces_that_end_elsewhere()
    {
        await using var bucket = new TestBucket();
        await using var store = new S3ObjectStore(bucket.Options with { PartBytes = PartBytes });
        var content = new byte[(2 * PartBytes) + 1000];
        new Random(1).NextBytes(content);
        await store.PutAsync("large", new ReadOnlySequence<byte>(content), Token);

        var buffer = new byte[content.Length];
        Memory<byte>[] pieces = [.. Enumerable.Range(0, (content.Length / 700_001) + 1).Select(i => buffer.AsMemory(i * 700_001, Math.Min(700_001, content.Length - (i * 700_001))))];
        Assert.Equal(new ObjectRead(content.Length - 10, content.Length), await store.ScatterAsync("large", ObjectRange.From(10, content.Length), pieces, Token));
        Assert.True(buffer.AsSpan(0, content.Length - 10).SequenceEqual(content.AsSpan(10)));
    }

    [Fact]
    public async Task An_object_longer_than_a_part_is_created_by_one_request()
    {
        await using var bucket = new TestBucket();
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, _ => null);
        await using var store = new S3ObjectStore(bucket.Through(proxy) with { PartBytes = PartBytes });
        Assert.True(await store.TryCreateAsync("large", new ReadOnlySequence<byte>(new byte[PartBytes + 1]), Token));
        Assert.False(await store.TryCreateAsync("large", new ReadOnlySequence<byte>(new byte[PartBytes + 1]), Token));
        Assert.All(proxy.Requests.Where(entry => entry.Request.Method != "HEAD"), entry => Assert.True(entry.Request.IsConditionalCreate));
    }

    [Fact]
    public async Task A_listing_goes_on_over_pages_of_a_thousand_keys_in_order()
    {
        await using var bucket = new TestBucket();
        await using var store = bucket.Open();
        var keys = Enumerable.Range(0, 1_103).Select(i => $"list/{i % 7}/{i}").ToArray();
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (key, token) => await store.PutAsync(key, default, token));

        var listed = new List<string>();
        await foreach (var entry in store.ListAsync("list/", Token))
        {
            listed.Add(entry.Key);
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), listed);
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (key, token) => await store.DeleteAsync(key, token));
    }

    [Fact]
    public async Task Stores_of_different_prefixes_do_not_see_each_other()
    {
        await using var bucket = new TestBucket();
        await using var one = new S3ObjectStore(bucket.Options with { Prefix = bucket.Options.Prefix + "one/" });
        await using var other = new S3ObjectStore(bucket.Options with { Prefix = bucket.Options.Prefix + "other/" });
        Assert.True(await one.TryCreateAsync("k", default, Token));
        Assert.True(await other.TryCreateAsync("k", default, Token));
        await one.DeleteAsync("k", Token);
        Assert.Null(await one.GetAsync("k", ObjectRange.From(0, 1), new byte[1], Token));
        Assert.NotNull(await other.GetAsync("k", ObjectRange.From(0, 1), new byte[1], Token));
    }

    [Fact]
    public async Task An_access_key_that_the_server_does_not_know_is_refused_with_a_reason_and_without_the_secret()
    {
        await using var bucket = new TestBucket();
        await AssertDeniedAsync(bucket, new S3KeyFiles(bucket.Write("unknown", "NOBODY"), bucket.Write("secret", "the-secret-of-nobody")), "does not know the access key");
    }

    [Fact]
    public async Task A_secret_key_that_does_not_fit_is_refused_with_a_reason_and_without_the_secret()
    {
        await using var bucket = new TestBucket();
        await AssertDeniedAsync(bucket, bucket.Options.KeyFiles! with { SecretKeyFile = bucket.Write("wrong", "the-secret-of-nobody") }, "does not belong to the access key");
    }

    [Fact]
    public async Task A_key_file_that_is_missing_is_named()
    {
        await using var bucket = new TestBucket();
        await AssertDeniedAsync(bucket, bucket.Options.KeyFiles! with { SecretKeyFile = "/no/such/file" }, "/no/such/file");
    }

    [Fact]
    public async Task Keys_that_were_changed_are_taken_within_a_minute()
    {
        await using var bucket = new TestBucket();
        var secret = bucket.Write("changing", "wrong");
        var clock = new ManualTime();
        await using var store = new S3ObjectStore(bucket.Options with { KeyFiles = bucket.Options.KeyFiles! with { SecretKeyFile = secret }, TimeProvider = clock });
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.DeleteAsync("k", Token));
        bucket.Write("changing", bucket.Server.SecretKey);
        clock.Advance(TimeSpan.FromMinutes(1));
        await store.DeleteAsync("k", Token);
    }

    [Fact]
    public async Task A_bucket_that_is_missing_is_named_by_every_operation()
    {
        await using var bucket = new TestBucket();
        await using var store = new S3ObjectStore(bucket.Options with { Bucket = "no-such-bucket" });
        foreach (var action in (Func<Task>[])
            [
                () => store.PutAsync("k", default, Token),
                () => store.TryCreateAsync("k", default, Token),
                () => store.GetAsync("k", ObjectRange.From(0, 1), new byte[1], Token),
                () => store.DeleteAsync("k", Token),
                async () => await store.ListAsync("", Token).GetAsyncEnumerator(Token).MoveNextAsync(),
            ])
        {
            var failure = await Assert.ThrowsAsync<ObjectStoreException>(action);
            Assert.Equal(ObjectStoreError.Failed, failure.Error);
            Assert.Contains("no such bucket", failure.Message, StringComparison.Ordinal);
            Assert.Contains("'no-such-bucket'", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_unavailable()
    {
        await using var bucket = new TestBucket();
        await using var store = new S3ObjectStore(bucket.Options with { Endpoint = new Uri($"http://127.0.0.1:{FreePort.Find()}"), MaxTries = 2 });
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => store.DeleteAsync("k", Token));
        Assert.Equal(ObjectStoreError.Unavailable, failure.Error);
        Assert.Contains("refused", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_server_whose_certificate_the_CA_file_vouches_for_is_used()
    {
        await using var bucket = new TestBucket();
        using var authority = new TestAuthority();
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, _ => default, authority.Server());
        await using var store = new S3ObjectStore(bucket.Options with { Endpoint = proxy.Address, CaFile = bucket.Write("ca.pem", authority.CertificatePem) });
        Assert.True(await store.TryCreateAsync("k", new ReadOnlySequence<byte>([1, 2, 3]), Token));
        Assert.Equal(new ObjectRead(3, 3), await store.GetAsync("k", ObjectRange.From(0, 3), new byte[3], Token));
    }

    [Fact]
    public async Task A_server_whose_certificate_another_CA_signed_is_refused_at_once_and_nothing_reaches_it()
    {
        await using var bucket = new TestBucket();
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, _ => default, authority.Server());
        foreach (var ca in (string?[])[null, bucket.Write("ca.pem", other.CertificatePem)])
        {
            await using var store = new S3ObjectStore(bucket.Options with { Endpoint = proxy.Address, CaFile = ca });
            var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryCreateAsync("k", default, Token));
            Assert.Equal(ObjectStoreError.Failed, failure.Error);
            Assert.Contains("certificate is not trusted", failure.Message, StringComparison.Ordinal);
        }

        Assert.Empty(proxy.Requests);
    }

    private static async Task AssertDeniedAsync(TestBucket bucket, S3KeyFiles keys, string reason)
    {
        await using var store = new S3ObjectStore(bucket.Options with { KeyFiles = keys });
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryCreateAsync("k", default, Token));
        Assert.Equal(ObjectStoreError.Denied, failure.Error);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret", failure.ToString(), StringComparison.Ordinal);
    }

    private static ReadOnlySequence<byte> InPieces(byte[] content, int length)
    {
        var pieces = new Executor.Shuffle.Engine.Buffers.ByteSequence();
        for (var offset = 0; offset < content.Length; offset += length)
        {
            pieces.Append(content.AsMemory(offset, Math.Min(length, content.Length - offset)));
        }

        return pieces.ToSequence();
    }
}
