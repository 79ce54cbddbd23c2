using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Executor.Shuffle.Engine.Objects;

namespace Executor.Shuffle.S3.Requests;

/// <summary>What a server says of an object without its content.</summary>
internal static class ObjectHead
{
    /// <summary>Length, ETag and metadata of the object; null if there is none.</summary>
    internal static Task<GetObjectMetadataResponse?> FindAsync(BucketAccess bucket, string key, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = bucket.Name, Key = bucket.KeyOf(key) };
        return bucket.RequestAsync<GetObjectMetadataResponse?>(
            RequestMethod.Head,
            key,
            $"head of '{key}'",
            async (client, token) =>
            {
                try
                {
                    return await client.GetObjectMetadataAsync(request, token);
                }
                catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
                {
                    return null;
                }
            },
            cancellationToken);
    }

    /// <summary>The ETag of an answer, without which requests cannot be told to be about one object.</summary>
    internal static string RequireETag(string key, string? etag) =>
        etag is { Length: > 0 } ? etag : throw new ObjectStoreException(ObjectStoreError.Failed, $"get of '{key}': the server named no ETag");
}
