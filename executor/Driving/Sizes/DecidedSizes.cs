using System.Runtime.CompilerServices;
using System.Text.Json;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Driving.Sizes;

/// <summary>Reads what the drivers of a run decided of sizes.</summary>
internal static class DecidedSizes
{
    /// <summary>The decisions, in the order in which they were written down. A record that cannot be read is told of and left out.</summary>
    /// <param name="records">Where the run's records are.</param>
    /// <param name="run">The run.</param>
    /// <param name="tell">Is told what is left out, a sentence each.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ShuffleException">The store fails as a whole.</exception>
    public static async IAsyncEnumerable<SizedAttempt> ReadAsync(
        IRunRecords records, string run, Action<string> tell, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(tell);
        await foreach (var key in records.ListAsync(run, RecordKeys.SizingDecisions, cancellationToken))
        {
            foreach (var sized in await ReadAsync(records, run, key, tell, cancellationToken))
            {
                yield return sized;
            }
        }
    }

    /// <summary>The same by attempt, without what is only for people.</summary>
    public static async Task<IReadOnlyDictionary<AttemptId, DecidedSize>> ByAttemptAsync(
        IRunRecords records, string run, Action<string> tell, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<AttemptId, DecidedSize>();
        await foreach (var sized in ReadAsync(records, run, tell, cancellationToken))
        {
            sizes[sized.Attempt] = new DecidedSize(string.Intern(sized.Decision.Expert), sized.Decision.MemoryBytes, sized.Decision.TargetBytes);
        }

        return sizes;
    }

    private static async Task<IReadOnlyList<SizedAttempt>> ReadAsync(
        IRunRecords records, string run, string key, Action<string> tell, CancellationToken cancellationToken)
    {
        try
        {
            return await records.GetAsync(run, key, cancellationToken) is { } value ? SizingRecords.ReadDecisions(run, value) : [];
        }
        catch (Exception failure) when (failure is JsonException or ShuffleException { Error: ShuffleError.DataLoss })
        {
            tell($"{key} of run {run} cannot be read, and is left out: {failure.Message}");
            return [];
        }
    }
}

/// <summary>What was decided of an attempt's memory before it was launched.</summary>
/// <param name="Expert">Whose word it was.</param>
/// <param name="MemoryBytes">What it should have got by that.</param>
/// <param name="TargetBytes">The target of the VPA that was asked, as it was read; null if none was, or said nothing.</param>
internal readonly record struct DecidedSize(string Expert, long MemoryBytes, long? TargetBytes);
