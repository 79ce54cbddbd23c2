using Executor.Shuffle.Channel;

namespace Executor.Accounting;

/// <summary>What an object store asks for, in dollars. The defaults are those of Amazon S3 Standard in us-east-1.</summary>
internal sealed record StorePrices
{
    private const double BytesPerGigabyte = 1L << 30;

    /// <summary>For a thousand PUT, POST and LIST requests.</summary>
    public double PutsPerThousand { get; init; } = 0.005;

    /// <summary>For a thousand GET and HEAD requests.</summary>
    public double GetsPerThousand { get; init; } = 0.0004;

    /// <summary>For keeping a gigabyte (2^30 bytes) for a month.</summary>
    public double GigabyteMonth { get; init; } = 0.023;

    /// <summary>What requests cost. Deletes are free, as is traffic within a region.</summary>
    public double Of(RequestCounts requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return (((requests.Puts + requests.Lists) * PutsPerThousand) + ((requests.Gets + requests.Heads) * GetsPerThousand)) / 1000;
    }

    /// <summary>What keeping so much for a month costs.</summary>
    public double PerMonth(long bytes) => bytes / BytesPerGigabyte * GigabyteMonth;
}
