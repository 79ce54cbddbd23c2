using System.Globalization;
using Executor.Contracts.Identity;

namespace Executor.Contracts.Records;

/// <summary>
/// The keys of a run's records, relative to the run. Numbers are padded so that the object store's order of keys is their order.
/// docs/protocol.md lists who writes which and when.
/// </summary>
public static class RecordKeys
{
    /// <summary>The prefix of the entries of the driver's journal.</summary>
    public const string JournalEntries = "journal/";

    /// <summary>The prefix of the commits.</summary>
    public const string Commits = "commits/";

    /// <summary>The prefix of the seals.</summary>
    public const string Seals = "seals/";

    /// <summary>The prefix of the resolved workflows, one per revision.</summary>
    public const string Workflows = "workflows/";

    /// <summary>The prefix of content-addressed values: descriptors over 8 KiB, manifests and parts of bundles.</summary>
    public const string Blobs = "blobs/";

    /// <summary>The prefix of attempts' kept logs.</summary>
    public const string Logs = "logs/";

    /// <summary>The prefix of the agreed schemas.</summary>
    public const string Schemas = "schemas/";

    /// <summary>The prefix of what store processes have counted of their requests for the run; no one else writes there.</summary>
    public const string Usage = "usage/";

    /// <summary>The prefix of what a driver has seen of the attempts of sized tasks.</summary>
    public const string SizingSeen = "sizing/seen/";

    /// <summary>The prefix of what people have told sizing to forget of what was seen.</summary>
    public const string SizingResets = "sizing/reset/";

    /// <summary>The prefix of what a driver has decided of the sizes of attempts.</summary>
    public const string SizingDecisions = "sizing/decisions/";

    /// <summary>The request to cancel the run, created by <c>executor cancel</c> and watched by the driver.</summary>
    public const string CancelRequest = "requests/cancel";

    /// <summary>The entry of the journal with this number.</summary>
    public static string JournalAt(long sequence) => Invariant($"{JournalEntries}{sequence:D10}");

    /// <summary>The commit of one generation of an instance.</summary>
    public static string Commit(InstanceId instance, int generation) =>
        Invariant($"{Commits}{instance.Task}/{instance.Index:D7}.{generation:D4}");

    /// <summary>The seal of one generation of an output.</summary>
    public static string Seal(OutputId output, int generation) => Invariant($"{Seals}{output}/{generation:D4}");

    /// <summary>The resolved workflow of one revision.</summary>
    public static string Workflow(int revision) => Invariant($"{Workflows}{revision:D4}");

    /// <summary>The schema that the instances of an output with this task definition agreed on.</summary>
    public static string Schema(OutputId output, string taskDefinition) => $"{Schemas}{output}/{taskDefinition}";

    /// <summary>The log of an attempt.</summary>
    public static string Log(AttemptId attempt) =>
        Invariant($"{Logs}{attempt.Task}/{attempt.Index:D7}.{attempt.Generation:D4}.{attempt.Attempt:D4}");

    /// <summary>A part, counted from zero, of what the driver of an epoch has written down about sizing.</summary>
    /// <param name="prefix"><see cref="SizingSeen"/> or <see cref="SizingDecisions"/>.</param>
    /// <param name="epoch">The driver's epoch.</param>
    /// <param name="part">The part.</param>
    public static string Sizing(string prefix, long epoch, int part) => Invariant($"{prefix}{epoch:D10}.{part:D4}");

    /// <summary>What is to be forgotten, the record with a number counted from zero.</summary>
    public static string SizingResetAt(int number) => Invariant($"{SizingResets}{number:D6}");

    /// <summary>The number of such a record, by its key; 0 if the key is none.</summary>
    public static int SizingResetOf(string key) =>
        key is not null && key.StartsWith(SizingResets, StringComparison.Ordinal)
        && int.TryParse(key.AsSpan(SizingResets.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The value with this SHA-256 in lower-case hex.</summary>
    public static string Blob(string sha256) => Blobs + sha256;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
