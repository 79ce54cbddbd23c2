using System.Buffers;
using System.Diagnostics;

namespace Executor.Benchmarks.Shuffle;

/// <summary>
/// The least that durable bytes can cost here: the same blocks to 64 MiB files, each flushed to disk, and back, by as many threads as there are
/// processors. No network, no protocol, no checksum, no sorting by partition.
/// </summary>
internal sealed class PlainFiles(string folder, Blocks blocks)
{
    private const int FileBytes = 64 << 20;
    private static readonly ParallelOptions Parallelism = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    internal async Task<double> WriteAsync(int blockCount)
    {
        var watch = Stopwatch.StartNew();
        var perFile = FileBytes / blocks.PayloadBytes;
        await Parallel.ForEachAsync(Enumerable.Range(0, (blockCount + perFile - 1) / perFile), Parallelism, (number, _) =>
        {
            using var file = File.OpenHandle(PathOf(number), FileMode.Create, FileAccess.Write);
            var first = number * perFile;
            for (var i = 0; i < perFile && first + i < blockCount; i++)
            {
                RandomAccess.Write(file, blocks.Payloads[(first + i) % blocks.Payloads.Count].FirstSpan, (long)i * blocks.PayloadBytes);
            }

            RandomAccess.FlushToDisk(file);
            return ValueTask.CompletedTask;
        });
        return watch.Elapsed.TotalSeconds;
    }

    internal async Task<double> ReadAsync(long expectedBytes)
    {
        long total = 0;
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Directory.EnumerateFiles(folder), Parallelism, (path, _) =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
            using var file = File.OpenHandle(path);
            long offset = 0;
            int read;
            while ((read = RandomAccess.Read(file, buffer, offset)) > 0)
            {
                offset += read;
            }

            ArrayPool<byte>.Shared.Return(buffer);
            Interlocked.Add(ref total, offset);
            return ValueTask.CompletedTask;
        });
        return total == expectedBytes
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{total} bytes came back, expected {expectedBytes}");
    }

    private string PathOf(int number) => Path.Combine(folder, $"{number:d6}");
}
