using Executor.Sizing.References;

namespace Executor.Sizing.Replaying;

/// <summary>What was asked for.</summary>
internal sealed class PresetContender : Contender
{
    /// <inheritdoc/>
    public override double? Allocate(TraceTask task, double runningSeconds) => null;

    /// <inheritdoc/>
    public override void Ended(TraceTask task, IReadOnlyList<double> failedBytes)
    {
    }
}

/// <summary>Witt's 95th percentile; twice as much after a failure.</summary>
internal sealed class WittContender : Contender
{
    private readonly WittPercentile _percentile = new();

    /// <inheritdoc/>
    public override double? Allocate(TraceTask task, double runningSeconds) => _percentile.Predict();

    /// <inheritdoc/>
    public override void Ended(TraceTask task, IReadOnlyList<double> failedBytes) => _percentile.Add(task.PeakBytes);
}

/// <summary>
/// The Vertical Pod Autoscaler's target for the class. It is told of a failure at the moment of the launch, which no real one is: that favours it.
/// </summary>
internal sealed class VpaContender : Contender
{
    private readonly VpaMemory _vpa = new();
    private bool _ended;

    /// <inheritdoc/>
    public override double? Allocate(TraceTask task, double runningSeconds) => _ended ? _vpa.Target : null;

    /// <inheritdoc/>
    public override double Retry(TraceTask task, double failedBytes) => VpaMemory.AfterOutOfMemory(failedBytes);

    /// <inheritdoc/>
    public override void OutOfMemory(double failedBytes) => _vpa.OutOfMemory(failedBytes);

    /// <inheritdoc/>
    public override void Ended(TraceTask task, IReadOnlyList<double> failedBytes)
    {
        _ended = true;
        _vpa.Add(task.PeakBytes);
    }
}

/// <summary>Ponder: never more than was asked for, and what was asked for after a failure. It reads <c>rchar</c> whatever the others may see.</summary>
internal sealed class PonderContender : Contender
{
    private readonly PonderPredictor _ponder = new();

    /// <inheritdoc/>
    public override double? Allocate(TraceTask task, double runningSeconds) => _ponder.Predict(task.InputBytes ?? 0) is { } bytes
        ? Math.Min(bytes, Asked(task))
        : null;

    /// <inheritdoc/>
    public override double Retry(TraceTask task, double failedBytes) => Asked(task) > failedBytes ? Asked(task) : 2 * failedBytes;

    /// <inheritdoc/>
    public override void Ended(TraceTask task, IReadOnlyList<double> failedBytes) => _ponder.Add(task.InputBytes ?? 0, task.PeakBytes);

    private static double Asked(TraceTask task) => TraceReplay.AskedFor(task);
}
