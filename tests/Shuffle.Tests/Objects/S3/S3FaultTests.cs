using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3;
using Executor.Shuffle.S3.Configuration;
using Executor.TestKit.Certificates;
using Executor.TestKit.S3;

namespace Shuffle.Tests.Objects.S3;

/// <summary>A server that fails, and a network that does: the answer is right, or an <see cref="ObjectStoreException"/>.</summary>
public sealed class S3FaultTests
{
    private static readonly TimeSpan ShortTimeout = TimeSpan.FromSeconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ProxyFault.InternalError)]
    [InlineData(ProxyFault.SlowDown)]
    [InlineData(ProxyFault.Conflict)]
    [InlineData(ProxyFault.BadGateway)]
    [InlineData(ProxyFault.ResetBefore)]
    [InlineData(ProxyFault.ResetAfter)]
    [InlineData(ProxyFault.ShortBody)]
    [InlineData(ProxyFault.StallBefore)]
    [InlineData(ProxyFault.StallAfter)]
    [InlineData(ProxyFault.DamagedRequest)]
    public async Task A_create_that_succeeded_is_told_so_whatever_became_of_its_first_answers(ProxyFault fault)
    {
        await using var bucket = new TestBucket();
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, request => request.Number <= 2 ? fault : null);
        await using var store = new S3ObjectStore(bucket.Through(proxy) with { RequestTimeout = ShortTimeout });
        Assert.True(await store.TryCreateAsync("k", Bytes(1, 2, 3), Token));
        Assert.Equal([1, 2, 3], await ReadAsync(bucket, "k"));
        Assert.False(await store.TryCreateAsync("k", Bytes(1, 2, 3), Token));
    }

    [Theory]
    [InlineData(ProxyFault.ResetBefore)]
    [InlineData(ProxyFault.ResetAfter)]
    public async Task A_create_that_another_won_is_not_told_true_even_if_the_contents_are_equal(ProxyFault fault)
    {
        await using var bucket = new TestBucket();
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, request => request.Number == 1 ? fault : null);
        await using var store = new S3ObjectStore(bucket.Through(proxy));
        await using var winner = bucket.Open();
        Assert.True(await winner.TryCreateAsync("k", Bytes(1, 2, 3), Token));
        Assert.False(await store.TryCreateAsync("k", Bytes(1, 2, 3), Token));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(S3ObjectStoreOptions.MinPartBytes + 100)]
    public async Task Content_that_was_damaged_on_its_way_to_the_server_is_sent_again_over_TLS_too(int length)
    {
        await using var bucket = new TestBucket();
        using var authority = new TestAuthority();
        var isDamaged = false;
        await using var proxy = await FaultProxy.StartAsync(
            bucket.Server.Endpoint,
            request => ValueTask.FromResult<ProxyFault?>(request.Method == "PUT" && !Interlocked.Exchange(ref isDamaged, true) ? ProxyFault.DamagedRequest : null),
            authority.Server());
        await using var store = new S3ObjectStore(
            bucket.Through(proxy) with { PartBytes = S3ObjectStoreOptions.MinPartBytes, CaFile = bucket.Write("ca.pem", authority.CertificatePem) });
        var content = Random(4, length);
        await store.PutAsync("k", new ReadOnlySequence<byte>(content), Token);
        Assert.True(isDamaged);
        var stands = await ReadAsync(bucket, "k", length);
        Assert.True(stands.SequenceEqual(content));
    }

    [Fact]
    public async Task A_server_that_stays_away_is_unavailable_after_all_tries()
    {
        await using var bucket = new TestBucket();
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, _ => ProxyFault.SlowDown);
        await using var store = new S3ObjectStore(bucket.Through(proxy) with { MaxTries = 4 });
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("k", Bytes(1), Token));
        Assert.Equal(ObjectStoreError.Unavailable, failure.Error);
        Assert.Contains("503 SlowDown", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4, proxy.Requests.Count);
    }

    [Fact]
    public async Task Every_request_is_told_tries_parts_and_answers_that_say_no_included()
    {
        await using var bucket = new TestBucket();
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, request => request.Number % 4 == 2 ? ProxyFault.SlowDown : null);
        await using var store = new S3ObjectStore(bucket.Through(proxy) with { PartBytes = S3ObjectStoreOptions.MinPartBytes });
        var requests = new ConcurrentQueue<ObjectRequest>();
        Assert.True(store.TryObserve(new Observer(requests)));
        var large = Random(2, (2 * S3ObjectStoreOptions.MinPartBytes) + 5);

        Assert.True(await store.TryCreateAsync("a", Bytes(1), Token));
        Assert.False(await store.TryCreateAsync("a", Bytes(2), Token));
        await store.PutAsync("large", new ReadOnlySequence<byte>(large), Token);
        await store.GetAsync("large", ObjectRange.From(0, large.Length), new byte[large.Length], Token);
        Assert.Null(await store.GetAsync("none", ObjectRange.From(0, 1), new byte[1], Token));
        await foreach (var _ in store.ListAsync("", Token))
        {
        }

        await store.DeleteAsync("a", Token);

        string MethodOf(ProxiedRequest request) => request.Method switch
        {
            "PUT" or "POST" => nameof(RequestMethod.Put),
            "GET" when request.Target.Contains("list-type=2", StringComparison.Ordinal) => nameof(RequestMethod.List),
            var method => method[..1] + method[1..].ToLowerInvariant(),
        };
        Assert.Equal(
            proxy.Requests.GroupBy(entry => MethodOf(entry.Request)).Select(group => (group.Key, group.Count())).Order(),
            requests.GroupBy(request => request.Method.ToString()).Select(group => (group.Key, group.Count())).Order());
        Assert.Equal(proxy.Requests.Count(entry => entry.Fault is not null), requests.Count(request => !request.Succeeded));
        Assert.Equal(requests.Count(request => !request.Succeeded), requests.Count(request => request.IsRetry));
        Assert.Equal(["", "a", "large", "none"], requests.Select(request => request.Key).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_quota_that_is_used_up_is_told_at_once()
    {
        await using var bucket = new TestBucket();
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, _ => ProxyFault.QuotaExceeded);
        await using var store = new S3ObjectStore(bucket.Through(proxy));
        Assert.Equal(ObjectStoreError.Full, (await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("k", Bytes(1), Token))).Error);
        Assert.Single(proxy.Requests);
    }

    [Fact]
    public async Task A_cancelled_request_ends_though_the_server_is_silent()
    {
        await using var bucket = new TestBucket();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asked = 0;
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, async _ =>
        {
            // Counted here: the proxy's own list has the request only after the plan has answered, and the client may be gone by then.
            Interlocked.Increment(ref asked);
            await cancellation.CancelAsync();
            return ProxyFault.StallBefore;
        });
        await using var store = new S3ObjectStore(bucket.Through(proxy));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetAsync("k", ObjectRange.From(0, 1), new byte[1], cancellation.Token));
        Assert.Equal(1, Volatile.Read(ref asked));
    }

    [Fact]
    public async Task A_body_that_was_cut_short_is_read_on_from_where_it_ended()
    {
        await using var bucket = new TestBucket();
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, request => request.Number <= 2 ? ProxyFault.ShortBody : null);
        await using var store = new S3ObjectStore(bucket.Through(proxy));
        var content = Random(1, 1_000_000);
        await PutAsync(bucket, "k", content);

        var buffer = new byte[900_000];
        Assert.Equal(new ObjectRead(900_000, 1_000_000), await store.GetAsync("k", ObjectRange.Last(900_000), buffer, Token));
        Assert.True(buffer.AsSpan().SequenceEqual(content.AsSpan(100_000)));
        Assert.Equal(["bytes=-900000", "bytes=550000-999999", "bytes=775000-999999"], proxy.Requests.Select(entry => entry.Request.Range));
    }

    [Fact]
    public async Task An_object_that_is_replaced_while_it_is_read_is_read_anew()
    {
        await using var bucket = new TestBucket();
        await using var direct = bucket.Open();
        var after = Random(2, 1_000_000);
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, async request =>
        {
            if (request.Number == 2)
            {
                await direct.PutAsync("k", new ReadOnlySequence<byte>(after), Token);
            }

            return request.Number == 1 ? ProxyFault.ShortBody : null;
        });
        await using var store = new S3ObjectStore(bucket.Through(proxy));
        await PutAsync(bucket, "k", Random(1, 1_000_000));

        var buffer = new byte[1_000_000];
        Assert.Equal(new ObjectRead(1_000_000, 1_000_000), await store.GetAsync("k", ObjectRange.From(0, buffer.Length), buffer, Token));
        Assert.True(buffer.AsSpan().SequenceEqual(after));
    }

    [Fact]
    public async Task An_upload_whose_last_answer_was_lost_has_happened()
    {
        await using var bucket = new TestBucket();
        var isLost = false;
        await using var proxy = await FaultProxy.StartAsync(
            bucket.Server.Endpoint, request => request.Method == "POST" && !request.Target.Contains("uploads", StringComparison.Ordinal) ? LoseOnce() : null);
        await using var store = new S3ObjectStore(bucket.Through(proxy) with { PartBytes = S3ObjectStoreOptions.MinPartBytes });
        var content = Random(3, S3ObjectStoreOptions.MinPartBytes + 1);
        await store.PutAsync("k", new ReadOnlySequence<byte>(content), Token);
        Assert.True(isLost);
        var stands = await ReadAsync(bucket, "k", content.Length);
        Assert.True(stands.SequenceEqual(content));

        ProxyFault? LoseOnce() => Interlocked.Exchange(ref isLost, true) ? null : ProxyFault.ResetAfter;
    }

    [Fact]
    public async Task An_upload_that_failed_leaves_no_parts_behind()
    {
        await using var bucket = new TestBucket();
        await using var proxy = await FaultProxy.StartAsync(
            bucket.Server.Endpoint, request => request.Target.Contains("partNumber=2", StringComparison.Ordinal) ? ProxyFault.InternalError : null);
        await using var store = new S3ObjectStore(bucket.Through(proxy) with { PartBytes = S3ObjectStoreOptions.MinPartBytes });
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(
            () => store.PutAsync("k", new ReadOnlySequence<byte>(new byte[S3ObjectStoreOptions.MinPartBytes + 1]), Token));
        Assert.Equal(ObjectStoreError.Unavailable, failure.Error);
        Assert.Contains("part 2", failure.Message, StringComparison.Ordinal);

        using var client = new AmazonS3Client(
            bucket.Server.AccessKey, bucket.Server.SecretKey, new AmazonS3Config { ServiceURL = bucket.Server.Endpoint.ToString(), ForcePathStyle = bucket.Server.UsePathStyle });
        var uploads = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket.Server.Bucket, Prefix = bucket.Options.Prefix }, Token);
        Assert.Empty(uploads.MultipartUploads ?? []);
        Assert.Equal("DELETE", proxy.Requests.Last().Request.Method);
    }

    [Fact]
    public async Task A_listing_whose_pages_fail_now_and_then_is_complete()
    {
        await using var bucket = new TestBucket();
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, request => (request.Number % 2) == 1 ? ProxyFault.ShortBody : null);
        await using var store = new S3ObjectStore(bucket.Through(proxy));
        for (var i = 0; i < 20; i++)
        {
            await PutAsync(bucket, $"k/{i}", []);
        }

        var count = 0;
        await foreach (var entry in store.ListAsync("k/", Token))
        {
            count++;
        }

        Assert.Equal(20, count);
    }

    [Theory]
    [InlineData(20261)]
    [InlineData(20262)]
    public async Task Racing_writers_and_readers_under_random_faults_get_right_answers_or_errors(int seed)
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        await using var bucket = new TestBucket();
        var faults = new SeededFaults(
            seed, 0.4, ProxyFault.InternalError, ProxyFault.SlowDown, ProxyFault.Conflict, ProxyFault.BadGateway, ProxyFault.ResetBefore, ProxyFault.ResetAfter, ProxyFault.ShortBody,
            ProxyFault.Trickle, ProxyFault.DamagedRequest);
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, _ => faults.Next());
        await using var store = new S3ObjectStore(bucket.Through(proxy) with { MaxTries = 4 });
        var won = new ConcurrentBag<(int Key, int Racer)>();
        var refused = new ConcurrentBag<int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 160), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (i, token) =>
        {
            var (key, racer) = (i / 8, i % 8);
            try
            {
                if (await store.TryCreateAsync(string.Create(CultureInfo.InvariantCulture, $"race/{key}"), new ReadOnlySequence<byte>(Random(racer, 50_000)), token))
                {
                    won.Add((key, racer));
                }
                else
                {
                    refused.Add(key);
                }

                var buffer = new byte[50_000];
                var read = await store.GetAsync(string.Create(CultureInfo.InvariantCulture, $"race/{key}"), ObjectRange.From(0, buffer.Length), buffer, token);
                Assert.Equal(new ObjectRead(50_000, 50_000), read);
                Assert.Contains(Enumerable.Range(0, 8), r => buffer.SequenceEqual(Random(r, 50_000)));
            }
            catch (ObjectStoreException failure)
            {
                Assert.True(failure.Error == ObjectStoreError.Unavailable, $"seed {seed}: {failure}");
            }
        });

        Assert.Equal(won.Count, won.Select(pair => pair.Key).Distinct().Count());
        foreach (var (key, racer) in won)
        {
            var stands = await ReadAsync(bucket, $"race/{key}", 50_000);
            Assert.True(stands.SequenceEqual(Random(racer, 50_000)), $"seed {seed}: the winner of key {key} is not what stands");
        }

        foreach (var key in refused.Distinct())
        {
            Assert.NotEmpty(await ReadAsync(bucket, $"race/{key}", 50_000));
        }

        Assert.NotEmpty(won);
    }

    private static ReadOnlySequence<byte> Bytes(params byte[] bytes) => new(bytes);

    private static byte[] Random(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task PutAsync(TestBucket bucket, string key, byte[] content)
    {
        await using var store = bucket.Open();
        await store.PutAsync(key, new ReadOnlySequence<byte>(content), Token);
    }

    private static async Task<byte[]> ReadAsync(TestBucket bucket, string key, int most = 100)
    {
        await using var store = bucket.Open();
        var buffer = new byte[most];
        var read = await store.GetAsync(key, ObjectRange.From(0, most), buffer, Token);
        return buffer[..read!.Value.Count];
    }

    private sealed class Observer(ConcurrentQueue<ObjectRequest> requests) : IRequestObserver
    {
        public void OnRequest(in ObjectRequest request) => requests.Enqueue(request);
    }
}
