using System.Globalization;

namespace Executor.Benchmarks.S3;

/// <summary>What the parts of the benchmark have in common.</summary>
/// <param name="Mebibytes">Data in MiB.</param>
/// <param name="Rounds">How often what varies is measured.</param>
/// <param name="SmallInstances">How many instances write 10 KB each.</param>
/// <param name="InBucket">Whether the store keeps everything in the bucket, and not in a folder.</param>
/// <param name="PartMebibytes">The parts and ranges, in MiB, of the client that the store is compared with.</param>
/// <param name="Processors">How many processors clients, store, relay and server have in the comparison, each its own; all share the machine's if null.</param>
internal sealed record S3Settings(int Mebibytes, int Rounds, int SmallInstances, bool InBucket, int PartMebibytes, double? Processors)
{
    /// <summary>What random numbers begin with.</summary>
    internal const int Seed = 20261127;

    /// <summary>Rows of a block of 10 KB, each of 32 bytes.</summary>
    internal const int SmallRows = 320;

    /// <summary>A whole number as tables show it.</summary>
    internal static string Text(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
