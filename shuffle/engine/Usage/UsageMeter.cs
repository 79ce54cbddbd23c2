using System.Collections.Concurrent;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;

namespace Executor.Shuffle.Engine.Usage;

/// <summary>Counts requests to the object store for the runs that they are for, which their keys tell. Thread-safe.</summary>
internal sealed class UsageMeter : IRequestObserver
{
    /// <summary>The runs that are counted at a time; requests of more are not.</summary>
    internal const int MaxRuns = 10_000;

    private readonly ConcurrentDictionary<string, RunTally> _tallies = new(StringComparer.Ordinal);

    /// <summary>What there is, by run.</summary>
    internal IEnumerable<KeyValuePair<string, RunTally>> Tallies => _tallies;

    /// <inheritdoc/>
    public void OnRequest(in ObjectRequest request) => TallyOf(request.Key)?.Add(request.Method);

    /// <inheritdoc/>
    public void OnBytes(string key, long written, long read) => TallyOf(key)?.AddBytes(written, read);

    /// <summary>The tally of a run; null if nothing was counted for it.</summary>
    internal RunTally? Find(string run) => _tallies.GetValueOrDefault(run);

    /// <summary>Forgets a run: what comes later is counted anew, and recorded under another name.</summary>
    internal void Forget(string run) => _tallies.TryRemove(run, out _);

    private RunTally? TallyOf(string key)
    {
        if (ObjectKeys.RunOf(key) is not { } run)
        {
            return null;
        }

        return _tallies.TryGetValue(run, out var tally) ? tally
            : _tallies.Count < MaxRuns ? _tallies.GetOrAdd(run, _ => new RunTally())
            : null;
    }
}
