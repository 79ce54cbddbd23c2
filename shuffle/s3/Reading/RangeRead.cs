using System.Net;
using System.Net.Http.Headers;
using Amazon.S3;
using Amazon.S3.Model;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3.Requests;

namespace Executor.Shuffle.S3.Reading;

/// <summary>
/// The reading of one range by one request, or by several where bodies are cut short: each goes on where the one before ended, and asks for the same
/// object by its ETag. Serves one read.
/// </summary>
internal sealed class RangeRead(BucketAccess bucket, string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination)
{
    private string? _etag;
    private long _objectLength;
    private long _offset;
    private int _count;
    private int _done;

    /// <summary>Reads a part of an object of which another request has told the ETag.</summary>
    internal RangeRead(BucketAccess bucket, string key, string etag, long offset, int count, IReadOnlyList<Memory<byte>> destination)
        : this(bucket, key, ObjectRange.From(offset, count), destination) => (_etag, _offset, _count) = (etag, offset, count);

    /// <summary>Reads.</summary>
    /// <returns>What was found; null if there is no such object.</returns>
    /// <exception cref="ReplacedException">The object was replaced between two requests.</exception>
    internal Task<ObjectRead?> RunAsync(CancellationToken cancellationToken) =>
        bucket.RequestAsync(RequestMethod.Get, key, $"get of '{key}'", TryAsync, cancellationToken);

    private async Task<ObjectRead?> TryAsync(AmazonS3Client client, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetObjectAsync(Request(), cancellationToken);
            Accept(response);
            while (_done < _count)
            {
                var piece = Pieces.Part(destination, _done, _count - _done)[0];
                var read = await response.ResponseStream.ReadAsync(piece, cancellationToken);
                if (read == 0)
                {
                    throw new IOException($"the body ended after {_done} of {_count} bytes");
                }

                _done += read;
            }

            return new ObjectRead(_done, _objectLength);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            throw new ReplacedException();
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return await BehindTheEndAsync(cancellationToken);
        }
    }

    private GetObjectRequest Request()
    {
        var request = new GetObjectRequest { BucketName = bucket.Name, Key = bucket.KeyOf(key) };
        if (_etag is not null)
        {
            request.EtagToMatch = _etag;
            request.ByteRange = new ByteRange(_offset + _done, _offset + _count - 1);
        }
        else
        {
            request.ByteRange = range.Offset is { } offset ? new ByteRange(offset, offset + range.Length - 1) : new ByteRange($"bytes=-{range.Length}");
        }

        return request;
    }

    /// <summary>Takes from an answer's headers what it holds, and refuses one that is not what was asked for.</summary>
    private void Accept(GetObjectResponse response)
    {
        var (offset, count, length) = Extent(response);
        if (_etag is null)
        {
            (_etag, _objectLength, _offset, _count) = (ObjectHead.RequireETag(key, response.ETag), length, offset, count);
            if ((offset, count) != range.Within(length))
            {
                throw new ObjectStoreException(
                    ObjectStoreError.Failed,
                    $"get of '{key}': the server answered with {count} bytes at {offset} of {length}, expected {range.Within(length).Count} at {range.Within(length).Offset}");
            }
        }
        else if ((offset, count) != (_offset + _done, _count - _done))
        {
            throw new ObjectStoreException(
                ObjectStoreError.Failed,
                $"get of '{key}': the server answered with {count} bytes at {offset}, expected {_count - _done} at {_offset + _done}");
        }
    }

    private static (long Offset, int Count, long ObjectLength) Extent(GetObjectResponse response)
    {
        // An answer without the header is the whole object, as it may be where the range covers all of it.
        if (!ContentRangeHeaderValue.TryParse(response.ContentRange, out var range) || range is not { From: { } from, To: { } to, Length: { } length })
        {
            return (0, (int)Math.Min(int.MaxValue, response.ContentLength), response.ContentLength);
        }

        return (from, (int)Math.Min(int.MaxValue, to - from + 1), length);
    }

    private async Task<ObjectRead?> BehindTheEndAsync(CancellationToken cancellationToken)
    {
        var head = await ObjectHead.FindAsync(bucket, key, cancellationToken);
        if (head is null)
        {
            return null;
        }

        return range.Within(head.ContentLength).Count == 0 ? new ObjectRead(0, head.ContentLength) : throw new ReplacedException();
    }
}
