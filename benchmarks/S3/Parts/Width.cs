using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.S3.Parts;

/// <summary>Data of one size, cut for a number of tasks and of partitions: every partition gets some.</summary>
/// <param name="Blocks">The blocks.</param>
/// <param name="BlocksPerTask">How many each task writes.</param>
/// <param name="Bytes">All of their payloads.</param>
internal sealed record Width(Blocks Blocks, int BlocksPerTask, long Bytes)
{
    private const int RowBytes = 32;

    internal static Width Of(int mebibytes, int tasks, int partitions)
    {
        // As small as it takes for all of them to make up the data.
        var each = Math.Max(partitions / tasks, 16);
        var blocks = new Blocks(S3Settings.Seed, Math.Max(1, (int)(((long)mebibytes << 20) / tasks / each / RowBytes)));
        return new Width(blocks, each, (long)tasks * each * blocks.PayloadBytes);
    }
}
