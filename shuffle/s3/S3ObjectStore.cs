using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Serving;
using Executor.Shuffle.S3.Configuration;
using Executor.Shuffle.S3.Reading;
using Executor.Shuffle.S3.Requests;
using Executor.Shuffle.S3.Writing;

namespace Executor.Shuffle.S3;

/// <summary>
/// Objects in a bucket of S3 or of a server that speaks its protocol, which any number of processes may share. Creates are conditional requests
/// (<c>If-None-Match: *</c>), so the server decides who wins; one that does not is found out by <see cref="ObjectStoreProbe"/>.
/// </summary>
/// <remarks>
/// Failures that pass (5xx, 429, conflicts, lost connections, no answer in time) are tried again with growing random waits, up to
/// <see cref="S3ObjectStoreOptions.MaxTries"/> times, and are <see cref="ObjectStoreError.Unavailable"/> thereafter. A create whose answer was lost is
/// told true if it has happened, whoever else raced it with whatever content. Objects longer than <see cref="S3ObjectStoreOptions.PartBytes"/> are put in
/// parts, but always created by one request. Cancellation ends requests under way. No message holds a key's secret.
/// </remarks>
public sealed class S3ObjectStore : IObjectStore
{
    /// <summary>
    /// How a bucket is best read. A request costs a server as much as a megabyte or two, so they are large; its answer takes several times as long as passing it
    /// on, so that a reader has more of them under way; and there are enough at a time for a bucket's throughput, and few enough for others to be merged meanwhile.
    /// </summary>
    public static ServingOptions Reading { get; } = new() { ReadBytes = 8 << 20, ReadsAhead = 3, ReadsAtATime = 32 };

    private readonly BucketAccess _bucket;
    private readonly ObjectReader _reader;
    private readonly ObjectWriter _writer;
    private readonly MultipartWriter _parts;

    /// <summary>Opens the bucket. Nothing is sent to the server yet.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    /// <exception cref="ObjectStoreException">The CA file cannot be used, or neither a region nor keys are to be had.</exception>
    public S3ObjectStore(S3ObjectStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _bucket = new BucketAccess(options);
        _reader = new ObjectReader(_bucket);
        _writer = new ObjectWriter(_bucket);
        _parts = new MultipartWriter(_bucket);
    }

    /// <inheritdoc/>
    public async Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        ObjectKey.Require(key);
        return await _writer.TryCreateAsync(key, content, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        ObjectKey.Require(key);
        await (content.Length > _bucket.Options.PartBytes
            ? _parts.PutAsync(key, content, cancellationToken)
            : _writer.PutAsync(key, content, cancellationToken));
    }

    /// <inheritdoc/>
    public Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
        ScatterAsync(key, range, [destination], cancellationToken);

    /// <inheritdoc/>
    public async Task<ObjectRead?> ScatterAsync(string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ObjectKey.Require(key);
        return await _reader.ReadAsync(key, range, destination, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (!ObjectKey.IsValidPrefix(prefix))
        {
            yield break;
        }

        var request = new ListObjectsV2Request { BucketName = _bucket.Name, Prefix = _bucket.KeyOf(prefix) };
        do
        {
            var page = await _bucket.RequestAsync(RequestMethod.List, prefix, $"list of '{prefix}'", (client, token) => client.ListObjectsV2Async(request, token), cancellationToken);
            foreach (var entry in page.S3Objects ?? [])
            {
                yield return new ObjectEntry(entry.Key[_bucket.Options.Prefix.Length..], entry.Size ?? 0);
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Require(key);
        var request = new DeleteObjectRequest { BucketName = _bucket.Name, Key = _bucket.KeyOf(key) };
        await _bucket.RequestAsync(
            RequestMethod.Delete,
            key,
            $"delete of '{key}'",
            async (client, token) =>
            {
                try
                {
                    return await client.DeleteObjectAsync(request, token);
                }
                catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode != "NoSuchBucket")
                {
                    return null;
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public bool TryObserve(IRequestObserver observer)
    {
        _bucket.Observer = observer;
        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _bucket.Dispose();
        return ValueTask.CompletedTask;
    }
}
