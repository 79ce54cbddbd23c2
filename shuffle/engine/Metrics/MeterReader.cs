using System.Diagnostics.Metrics;

namespace Executor.Shuffle.Engine.Metrics;

/// <summary>
/// Adds up what the instruments of chosen meters measure, from its creation on. Names become Prometheus': <c>executor.store.sent</c> in bytes, a
/// counter, is <c>executor_store_sent_bytes_total</c>. Thread-safe.
/// </summary>
internal sealed class MeterReader : IDisposable
{
    private readonly Lock _collecting = new();
    private readonly Lock _known = new();
    private readonly List<InstrumentSeries> _instruments = [];
    private readonly MeterListener _listener = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="isWanted">Says for each meter, those made later too, whether it is read.</param>
    internal MeterReader(Func<Meter, bool> isWanted)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (isWanted(instrument.Meter))
            {
                var series = new InstrumentSeries(instrument);
                lock (_known)
                {
                    _instruments.Add(series);
                }

                listener.EnableMeasurementEvents(instrument, series);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => ((InstrumentSeries)state!).Note(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => ((InstrumentSeries)state!).Note(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => ((InstrumentSeries)state!).Note(value, tags));
        _listener.Start();
    }

    /// <summary>What there is to see at this moment. Instruments without any value are left out.</summary>
    internal IReadOnlyList<MetricFamily> Collect()
    {
        lock (_collecting)
        {
            InstrumentSeries[] instruments;
            lock (_known)
            {
                instruments = [.. _instruments];
            }

            foreach (var instrument in instruments)
            {
                instrument.ForgetObserved();
            }

            _listener.RecordObservableInstruments();
            return [.. instruments.Select(instrument => instrument.ToFamily()).Where(family => family.Series.Count > 0)];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
