using System.Buffers;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3.Requests;

namespace Executor.Shuffle.S3.Writing;

/// <summary>Writes of whole objects by one request each. Thread-safe.</summary>
internal sealed class ObjectWriter(BucketAccess bucket)
{
    /// <summary>
    /// Creates the object by <c>If-None-Match: *</c>. A refusal is looked into each time: the try that was refused may be the second of a request
    /// whose first has happened, and not only this program repeats requests, proxies do so as well.
    /// </summary>
    internal async Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        var mark = new WriteMark();
        var created = await bucket.RequestAsync(
            RequestMethod.Put,
            key,
            $"create of '{key}'",
            async (client, token) =>
            {
                try
                {
                    await client.PutObjectAsync(Request(key, content, mark, "*"), token);
                    return true;
                }
                catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.PreconditionFailed)
                {
                    return false;
                }
            },
            cancellationToken);
        return created || (await mark.IsOnAsync(bucket, key, cancellationToken)
            ?? throw new ObjectStoreException(ObjectStoreError.Unavailable, $"create of '{key}': another object stood there and was deleted meanwhile"));
    }

    internal Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        bucket.RequestAsync(RequestMethod.Put, key, $"put of '{key}'", (client, token) => client.PutObjectAsync(Request(key, content, null, null), token), cancellationToken);

    private PutObjectRequest Request(string key, ReadOnlySequence<byte> content, WriteMark? mark, string? ifNoneMatch)
    {
        var request = new PutObjectRequest
        {
            BucketName = bucket.Name,
            Key = bucket.KeyOf(key),
            InputStream = new SequenceStream(content),
            IfNoneMatch = ifNoneMatch,
            // Signed as a whole, so that the server compares what it got with what was sent.
            UseChunkEncoding = false,
        };
        mark?.AddTo(request.Metadata);
        if (bucket.Options.Encryption is { } encryption)
        {
            request.ServerSideEncryptionMethod = encryption.Method();
            request.ServerSideEncryptionKeyManagementServiceKeyId = encryption.KmsKeyId;
        }

        return request;
    }
}
