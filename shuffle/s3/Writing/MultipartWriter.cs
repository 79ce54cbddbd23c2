using System.Buffers;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3.Requests;

namespace Executor.Shuffle.S3.Writing;

/// <summary>Writes of objects in parts, several at a time. The object appears as a whole, by the last request. Thread-safe.</summary>
internal sealed class MultipartWriter(BucketAccess bucket)
{
    internal async Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        var mark = new WriteMark();
        var upload = await BeginAsync(key, mark, cancellationToken);
        try
        {
            var parts = await SendAsync(key, upload, content, cancellationToken);
            await CompleteAsync(key, upload, parts, mark, cancellationToken);
        }
        catch
        {
            await AbortAsync(key, upload);
            throw;
        }
    }

    private async Task<string> BeginAsync(string key, WriteMark mark, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = bucket.Name, Key = bucket.KeyOf(key) };
        mark.AddTo(request.Metadata);
        if (bucket.Options.Encryption is { } encryption)
        {
            request.ServerSideEncryptionMethod = encryption.Method();
            request.ServerSideEncryptionKeyManagementServiceKeyId = encryption.KmsKeyId;
        }

        var response = await bucket.RequestAsync(
            RequestMethod.Put,
            key,
            $"beginning of the upload of '{key}'", (client, token) => client.InitiateMultipartUploadAsync(request, token), cancellationToken);
        return response.UploadId;
    }

    private async Task<PartETag[]> SendAsync(string key, string upload, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        var size = bucket.Options.PartBytes;
        var parts = new PartETag[(content.Length + size - 1) / size];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = bucket.Options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, parts.Length, parallel, async (i, token) =>
        {
            var offset = (long)i * size;
            var part = content.Slice(offset, Math.Min(size, content.Length - offset));
            var sent = await bucket.RequestAsync(
                RequestMethod.Put,
                key,
                $"upload of part {i + 1} of '{key}'",
                (client, attempt) => client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = bucket.Name,
                        Key = bucket.KeyOf(key),
                        UploadId = upload,
                        PartNumber = i + 1,
                        PartSize = part.Length,
                        InputStream = new SequenceStream(part),
                        UseChunkEncoding = false,
                    },
                    attempt),
                token);
            parts[i] = new PartETag(i + 1, sent.ETag);
        });
        return parts;
    }

    private async Task CompleteAsync(string key, string upload, PartETag[] parts, WriteMark mark, CancellationToken cancellationToken)
    {
        var isKnown = await bucket.RequestAsync(
            RequestMethod.Put,
            key,
            $"completion of the upload of '{key}'",
            async (client, token) =>
            {
                try
                {
                    await client.CompleteMultipartUploadAsync(
                        new CompleteMultipartUploadRequest { BucketName = bucket.Name, Key = bucket.KeyOf(key), UploadId = upload, PartETags = [.. parts] }, token);
                    return true;
                }
                catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode == "NoSuchUpload")
                {
                    return false;
                }
            },
            cancellationToken);

        // The upload is unknown once it is completed: by an earlier try, if the object that stands is this one.
        if (!isKnown && await mark.IsOnAsync(bucket, key, cancellationToken) != true)
        {
            throw new ObjectStoreException(ObjectStoreError.Unavailable, $"completion of the upload of '{key}': the server has forgotten the upload");
        }
    }

    /// <summary>Frees the parts. Where that fails they stay until a rule of the bucket's life cycle takes them.</summary>
    private async Task AbortAsync(string key, string upload)
    {
        using var limit = new CancellationTokenSource(bucket.Options.RequestTimeout, bucket.Options.TimeProvider);
        try
        {
            await bucket.RequestAsync(
                RequestMethod.Delete,
                key,
                $"abortion of the upload of '{key}'",
                (client, token) => client.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest { BucketName = bucket.Name, Key = bucket.KeyOf(key), UploadId = upload }, token),
                limit.Token);
        }
        catch (Exception exception) when (exception is ObjectStoreException or OperationCanceledException)
        {
            // The failure that led here is the one to be told.
        }
    }
}
