using Executor.Sizing.History;

namespace Executor.Sizing.Replaying;

/// <summary>This product's sizing of one class.</summary>
/// <param name="readsInput">True if <c>rchar</c> stands for the bytes of the sealed inputs; false if the input is not known.</param>
internal sealed class ModelContender(bool readsInput) : Contender
{
    private readonly ClassSizer _sizer = new();

    /// <inheritdoc/>
    public override double? Allocate(TraceTask task, double runningSeconds) => _sizer.Decide(new SizingRequest((long)TraceReplay.AskedFor(task))
    {
        InputBytes = Input(task),
        NodeBytes = (long)TraceReplay.MaxBytes,
        RunningSeconds = runningSeconds,
    }).MemoryBytes;

    /// <inheritdoc/>
    public override double Retry(TraceTask task, double failedBytes) =>
        OomEscalation.Next((long)failedBytes, _sizer.MaxPeakBytes, (long)TraceReplay.MaxBytes) ?? failedBytes;

    /// <inheritdoc/>
    public override void Ended(TraceTask task, IReadOnlyList<double> failedBytes)
    {
        foreach (var failed in failedBytes)
        {
            _sizer.Observe(new Observation(Input(task), failed, task.Seconds) { Censored = true });
        }

        _sizer.Observe(new Observation(Input(task), task.PeakBytes, task.Seconds));
    }

    private double? Input(TraceTask task) => readsInput ? task.InputBytes : null;
}
