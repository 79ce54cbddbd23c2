using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3.Requests;

namespace Executor.Shuffle.S3.Reading;

/// <summary>Reads of ranges, long ones in parts that are fetched side by side. What a read returns is of one object. Thread-safe.</summary>
internal sealed class ObjectReader(BucketAccess bucket)
{
    internal async Task<ObjectRead?> ReadAsync(string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= bucket.Options.MaxTries; attempt++)
        {
            try
            {
                return range.Length > 0 && range.Length <= bucket.Options.PartBytes
                    ? await new RangeRead(bucket, key, range, destination).RunAsync(cancellationToken)
                    : await ReadInPartsAsync(key, range, destination, cancellationToken);
            }
            catch (ReplacedException)
            {
                // What was read so far belongs to an object that is no more.
            }
        }

        throw new ObjectStoreException(ObjectStoreError.Unavailable, $"get of '{key}': the object was replaced during each of {bucket.Options.MaxTries} tries");
    }

    private async Task<ObjectRead?> ReadInPartsAsync(
        string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken)
    {
        var head = await ObjectHead.FindAsync(bucket, key, cancellationToken);
        if (head is null)
        {
            return null;
        }

        var (offset, count) = range.Within(head.ContentLength);
        var etag = ObjectHead.RequireETag(key, head.ETag);
        var size = bucket.Options.PartBytes;
        var isWhole = true;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = bucket.Options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, (count + size - 1L) / size, parallel, async (i, token) =>
        {
            var skipped = (int)(i * size);
            var length = Math.Min(size, count - skipped);
            var read = new RangeRead(bucket, key, etag, offset + skipped, length, Pieces.Part(destination, skipped, length));
            if (await read.RunAsync(token) is null)
            {
                Volatile.Write(ref isWhole, false);
            }
        });
        return isWhole ? new ObjectRead(count, head.ContentLength) : null;
    }
}
