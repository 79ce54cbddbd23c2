using Executor.Shuffle.Channel;

namespace Executor.Shuffle.Engine.Serving;

/// <summary>How sealed data is read.</summary>
public sealed record ServingOptions
{
    /// <summary>The bytes of one read request, where that much is contiguous; 4 MiB by default.</summary>
    public int ReadBytes { get; init; } = 4 << 20;

    /// <summary>
    /// How many requests more a reader has under way, behind the one that it waits for, while there is memory to spare. 0 by default, which suits a store
    /// whose answers take no longer than copying them.
    /// </summary>
    public int ReadsAhead { get; init; }

    /// <summary>
    /// How many read requests of all readers are under way at a time; those that wait become one where they lie behind one another in an object. 0, the default, for
    /// as many as there are readers, none of them merged, which suits a store that takes nothing for a request.
    /// </summary>
    public int ReadsAtATime { get; init; }

    /// <summary>The most bytes of requests that were merged; 8 MiB by default.</summary>
    public int MergedBytes { get; init; } = 8 << 20;

    /// <summary>Unwanted bytes between two wanted ranges that are read along to save a request, and by how much a request may be longer to save another; 64 KiB by default.</summary>
    public int GapBytes { get; init; } = 64 << 10;

    /// <summary>The bytes that all readers may hold together; 128 MiB by default. Readers wait while it is used up.</summary>
    public long BudgetBytes { get; init; } = 128 << 20;

    /// <summary>
    /// How long a reader may take nothing while others wait for the budget; then its stream is reset, and it may come back and go on behind its last block. As
    /// long may a message take to come while others wait to send. 60 s by default.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The bytes of footers and seals that are kept in memory; 64 MiB each by default.</summary>
    public long CacheBytes { get; init; } = 64 << 20;

    /// <summary>Throws <see cref="ArgumentException"/>, naming the option, unless the values fit each other.</summary>
    public void Validate()
    {
        Require(ReadBytes is >= 4 << 10 and <= 1 << 28, nameof(ReadBytes), "from 4 KiB to 256 MiB");
        Require(ReadsAhead >= 0, nameof(ReadsAhead), "at least 0");
        Require(ReadsAtATime >= 0, nameof(ReadsAtATime), "at least 0");
        Require(MergedBytes is >= 0 and <= 1 << 28, nameof(MergedBytes), "from 0 to 256 MiB");
        Require(GapBytes >= 0, nameof(GapBytes), "at least 0");
        Require(BudgetBytes >= (2L * ReadBytes) + (2L * ShuffleLimits.MaxBlockBytes), nameof(BudgetBytes), "at least two reads and two blocks of 16 MiB");
        Require(Patience > TimeSpan.Zero, nameof(Patience), "positive");
        Require(CacheBytes >= 0, nameof(CacheBytes), "at least 0");
    }

    private static void Require(bool holds, string option, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException($"{option} must be {expected}", option);
        }
    }
}
