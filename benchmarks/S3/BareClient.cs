using System.Diagnostics;
using Amazon.S3;
using Amazon.S3.Model;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.S3;

/// <summary>
/// What tasks would do without a shuffle store: each puts what it has as one object, in parts, and each reads one object back, in ranges, with the SDK's own client.
/// Nothing is divided by partition, and nothing verified.
/// </summary>
/// <param name="blocks">What is put.</param>
/// <param name="prefix">What the keys of its objects begin with.</param>
/// <param name="endpoint">Where the server is reached.</param>
/// <param name="partBytes">The bytes of a part that is put, and of a range that is read.</param>
internal sealed class BareClient(Blocks blocks, string prefix, Uri endpoint, int partBytes) : IDisposable
{
    private readonly AmazonS3Client _client = BenchmarkBucket.Client(endpoint);

    /// <summary>Puts the blocks of so many tasks; returns the seconds until the last object stands.</summary>
    internal async Task<double> WriteAsync(int tasks, int blocksPerTask)
    {
        // As a task would have them: in memory, part by part.
        var part = Enumerable.Range(0, partBytes / blocks.PayloadBytes).SelectMany(which => System.Buffers.BuffersExtensions.ToArray(blocks.Payloads[which % blocks.Payloads.Count])).ToArray();
        var bytes = (long)blocksPerTask * blocks.PayloadBytes;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, tasks).Select(task => PutAsync($"{prefix}{task}", part, bytes)));
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Reads the objects back; returns the seconds until the last byte is here.</summary>
    internal async Task<double> ReadAsync(int tasks, long expectedBytes)
    {
        var watch = Stopwatch.StartNew();
        var read = await Task.WhenAll(Enumerable.Range(0, tasks).Select(task => GetAsync($"{prefix}{task}", expectedBytes / tasks)));
        return read.Sum() == expectedBytes
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{read.Sum()} bytes came back, expected {expectedBytes}");
    }

    public void Dispose() => _client.Dispose();

    private async Task PutAsync(string key, byte[] part, long bytes)
    {
        var upload = await _client.InitiateMultipartUploadAsync(BenchmarkBucket.Name, key);
        var parts = new List<PartETag>();
        for (long sent = 0; sent < bytes; sent += part.Length)
        {
            using var content = new MemoryStream(part, 0, (int)Math.Min(part.Length, bytes - sent));
            var answer = await _client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = BenchmarkBucket.Name,
                Key = key,
                UploadId = upload.UploadId,
                PartNumber = parts.Count + 1,
                PartSize = content.Length,
                InputStream = content,
            });
            parts.Add(new PartETag(parts.Count + 1, answer.ETag));
        }

        await _client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = BenchmarkBucket.Name, Key = key, UploadId = upload.UploadId, PartETags = parts });
    }

    private async Task<long> GetAsync(string key, long bytes)
    {
        var buffer = new byte[partBytes];
        long read = 0;
        while (read < bytes)
        {
            var length = (int)Math.Min(partBytes, bytes - read);
            using var answer = await _client.GetObjectAsync(
                new GetObjectRequest { BucketName = BenchmarkBucket.Name, Key = key, ByteRange = new ByteRange(read, read + length - 1) });
            await answer.ResponseStream.ReadExactlyAsync(buffer.AsMemory(0, length));
            read += length;
        }

        return read;
    }
}
