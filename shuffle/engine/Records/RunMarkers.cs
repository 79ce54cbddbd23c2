using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Objects;

namespace Executor.Shuffle.Engine.Records;

/// <summary>
/// The markers that tell which runs there are: objects <c>runs/{run}</c> whose value is the time of the run's first write, by the store's
/// clock, in ISO 8601. A marker stands before anything else of its run and is deleted after everything else. Thread-safe.
/// </summary>
public sealed class RunMarkers(IObjectStore objects, TimeProvider timeProvider)
{
    private const int MaxKnown = 10_000;
    private const int MaxMarkerBytes = 64;

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Makes the run's marker unless it stands.</summary>
    public async Task EnsureAsync(string run, CancellationToken cancellationToken)
    {
        if (_known.ContainsKey(run))
        {
            return;
        }

        var time = timeProvider.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var value = RecordEnvelope.Wrap(Encoding.ASCII.GetBytes(time));
        await objects.TryCreateAsync(ObjectKeys.Marker(run), value, cancellationToken);
        if (_known.Count >= MaxKnown)
        {
            _known.Clear();
        }

        _known.TryAdd(run, true);
    }

    /// <summary>Deletes the run's marker.</summary>
    public async Task DeleteAsync(string run, CancellationToken cancellationToken)
    {
        _known.TryRemove(run, out _);
        await objects.DeleteAsync(ObjectKeys.Marker(run), cancellationToken);
        _known.TryRemove(run, out _);
    }

    /// <summary>The runs that have markers. A damaged marker counts as made at the beginning of time.</summary>
    public async IAsyncEnumerable<RunEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxMarkerBytes];
        await foreach (var entry in objects.ListAsync(ObjectKeys.Markers, cancellationToken))
        {
            if (await objects.GetAsync(entry.Key, ObjectRange.From(0, buffer.Length), buffer, cancellationToken) is not { } read)
            {
                continue;
            }

            var created = RecordEnvelope.TryUnwrap(buffer.AsMemory(0, read.Count), out var value)
                && DateTimeOffset.TryParseExact(
                    Encoding.ASCII.GetString(value.Span), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? time
                : DateTimeOffset.MinValue;
            yield return new RunEntry(entry.Key[ObjectKeys.Markers.Length..], created);
        }
    }
}
