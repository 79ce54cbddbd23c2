using Executor.Shuffle.Channel;

namespace Executor.Shuffle.Engine.Ingest;

/// <summary>How blocks are collected into segments.</summary>
public sealed record IngestOptions
{
    /// <summary>The bytes of a full window, and so the size of a segment; 64 MiB by default, at least 1 MiB.</summary>
    public long WindowBytes { get; init; } = 64 << 20;

    /// <summary>
    /// What <see cref="WindowBytes"/> best is over a bucket, 128 MiB: a request costs the server as much as a megabyte or two, and the larger a segment, the larger are the
    /// ranges that readers ask it for.
    /// </summary>
    public const long BucketWindowBytes = 128 << 20;

    /// <summary>
    /// The bytes that all blocks not yet durable may take together; 128 MiB by default, two windows. Senders wait while it is used up.
    /// </summary>
    public long BudgetBytes { get; init; } = 128 << 20;

    /// <summary>
    /// What <see cref="BudgetBytes"/> best is over a bucket, 256 MiB: while one segment is on its way, which takes many times as long as writing a file, others
    /// are sent and filled.
    /// </summary>
    public const long BucketBudgetBytes = 256 << 20;

    /// <summary>How long a window is kept open for other streams once one stream waits for it; 20 ms by default.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a window is kept open though nobody is known to wait for it; 2 s by default.</summary>
    public TimeSpan MaximumAge { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most streams that are open at a time; 4,096 by default.</summary>
    public int MaxOpenStreams { get; init; } = 4096;

    /// <summary>Throws <see cref="ArgumentException"/>, naming the option, unless the values fit each other.</summary>
    public void Validate()
    {
        Require(WindowBytes is >= 1 << 20 and <= 1 << 30, nameof(WindowBytes), "from 1 MiB to 1 GiB");
        Require(BudgetBytes >= WindowBytes + ShuffleLimits.MaxBlockBytes, nameof(BudgetBytes), "at least the window and one block of 16 MiB");
        Require(Linger >= TimeSpan.Zero && Linger <= TimeSpan.FromMinutes(1), nameof(Linger), "from 0 to 1 minute");
        Require(MaximumAge >= Linger && MaximumAge <= TimeSpan.FromMinutes(1), nameof(MaximumAge), "from the linger time to 1 minute");
        Require(MaxOpenStreams > 0, nameof(MaxOpenStreams), "at least 1");
    }

    private static void Require(bool holds, string option, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException($"{option} must be {expected}", option);
        }
    }
}
