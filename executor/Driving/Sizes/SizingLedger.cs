using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Driving.Sizes;

/// <summary>
/// Writes down what a driver decided of sizes and saw of attempts, a minute after the last time and at the driver's end, each time under keys of its own epoch. A store that
/// fails costs the history, not the run. For one caller at a time.
/// </summary>
internal sealed class SizingLedger(IRunRecords records, string run, long epoch, RunSizer sizer, Action<string> notice)
{
    private const int DecisionsARecord = 4_000;
    private const int MaxParts = 1_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(5);
    private DateTimeOffset? _last;
    private Task _writing = Task.CompletedTask;
    private int _parts;
    private bool _told;

    /// <summary>Begins to write if it is time for it.</summary>
    public void Keep(DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Either way: a clock that was set back is no reason to keep everything to the end.
        _last ??= now;
        if (_writing.IsCompleted && (now - _last.Value).Duration() >= Interval)
        {
            _last = now;
            _writing = WriteAsync(cancellationToken);
        }
    }

    /// <summary>Writes what is left, for at most five seconds.</summary>
    public async Task FinishAsync()
    {
        using var patience = new CancellationTokenSource(LastPatience);
        await _writing;
        await WriteAsync(patience.Token);
    }

    /// <summary>See <see cref="RunSizer.Summary"/>.</summary>
    public IEnumerable<string> Summary() => sizer.Summary();

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var (decisions, observations) = sizer.Take();
        try
        {
            if (observations.Count > 0)
            {
                await CreateAsync(RecordKeys.SizingSeen, SizingRecords.Write(observations), cancellationToken);
            }

            foreach (var part in decisions.Chunk(DecisionsARecord))
            {
                await CreateAsync(RecordKeys.SizingDecisions, SizingRecords.Write(part), cancellationToken);
            }
        }
        catch (Exception failure) when (failure is ShuffleException or OperationCanceledException)
        {
            if (!_told)
            {
                notice($"sizing: what was seen of {observations.Count} attempts could not be written down: {failure.Message}");
            }

            _told = true;
        }
    }

    // Another driver has another epoch, so that whatever stands under the key already is this.
    private async Task CreateAsync(string prefix, byte[] value, CancellationToken cancellationToken)
    {
        if (_parts < MaxParts)
        {
            await records.CreateAsync(run, RecordKeys.Sizing(prefix, epoch, _parts++), value, cancellationToken);
        }
    }
}
