using System.Globalization;
using System.Text;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Faults;

/// <summary>
/// As much of a driver as it takes to seal: it opens the journal under an epoch of its own, appends the decision to seal before it seals, and is stopped
/// by the first append that finds another's entry (docs/protocol.md, The journal and the epoch).
/// </summary>
internal sealed class SealingDriver(IRunRecords records, RoundPlan plan, string run, string name, Activities activities)
{
    private long _next;
    private bool _isFenced;

    /// <summary>Its epoch.</summary>
    internal long Epoch { get; private set; } = -1;

    /// <summary>The epoch under which the decision to seal stands in the journal, as far as it has been read; null if it does not.</summary>
    internal long? SealEpoch { get; private set; }

    /// <summary>Reads the journal to its end and opens it there.</summary>
    internal async Task OpenAsync(CancellationToken cancellationToken)
    {
        while (Epoch < 0)
        {
            var place = _next;
            if (await CreateAsync($"open {name}", cancellationToken))
            {
                Epoch = place;
            }
        }
    }

    /// <summary>Appends the decision to seal, unless it stands.</summary>
    /// <returns>False if this driver is fenced.</returns>
    internal async Task<bool> DecideAsync(CancellationToken cancellationToken)
    {
        if (SealEpoch is null && !_isFenced)
        {
            _isFenced = !await CreateAsync($"seal {name} {Epoch}", cancellationToken);
            SealEpoch = _isFenced ? null : Epoch;
        }

        return !_isFenced;
    }

    /// <summary>Seals under the epoch of the decision.</summary>
    internal Task<SealRecord> SealAsync(CancellationToken cancellationToken)
    {
        var request = new SealRequest(new SealId(run, SampleData.Output, 0), SealEpoch!.Value, plan.Partitions, new int[plan.Instances]);
        return RepeatAsync("seals", () => records.SealAsync(request, cancellationToken), cancellationToken);
    }

    /// <summary>Creates the next entry. One that stands there is taken in; it counts as this driver's own if it says the same.</summary>
    private async Task<bool> CreateAsync(string text, CancellationToken cancellationToken)
    {
        var value = Encoding.ASCII.GetBytes(text);
        var key = RecordKeys.JournalAt(_next);
        var standing = await RepeatAsync(
            $"appends '{text}' at {_next}", () => records.CreateAsync(run, key, value, cancellationToken), cancellationToken);
        _next++;
        if (standing is null || standing.Value.Span.SequenceEqual(value))
        {
            return true;
        }

        if (Encoding.ASCII.GetString(standing.Value.Span).Split(' ') is ["seal", _, var epoch])
        {
            SealEpoch = long.Parse(epoch, CultureInfo.InvariantCulture);
        }

        return false;
    }

    /// <summary>A driver tries again until it knows, since nothing else may be done before.</summary>
    private async Task<T> RepeatAsync<T>(string what, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            activities.Set(name, $"{what}, try {tries}");
            try
            {
                var result = await action();
                activities.Set(name, null);
                return result;
            }
            catch (ShuffleException failure) when (StoreRound.Passes(failure))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
