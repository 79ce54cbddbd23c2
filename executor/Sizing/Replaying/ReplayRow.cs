namespace Executor.Sizing.Replaying;

/// <summary>One workflow's tasks under every way of sizing.</summary>
/// <param name="Workflow">Its name.</param>
/// <param name="Presets">As they were asked for.</param>
/// <param name="Witt">Witt's 95th percentile.</param>
/// <param name="Vpa">The Vertical Pod Autoscaler's target.</param>
/// <param name="Ponder">Ponder, which reads <c>rchar</c>.</param>
/// <param name="Mix">This product's.</param>
internal sealed record ReplayRow(string Workflow, ReplayResult Presets, ReplayResult Witt, ReplayResult Vpa, ReplayResult Ponder, ReplayResult Mix)
{
    /// <summary>The least that one of the others wastes.</summary>
    public double BestReference => Math.Min(
        Math.Min(Presets.WastedGigabyteHours, Witt.WastedGigabyteHours),
        Math.Min(Vpa.WastedGigabyteHours, Ponder.WastedGigabyteHours));

    /// <summary>All of them by name, in the order of the table.</summary>
    public IReadOnlyList<(string Name, ReplayResult Result)> All =>
        [("presets", Presets), ("witt-p95", Witt), ("vpa", Vpa), ("ponder", Ponder), ("executor", Mix)];

    /// <summary>Replays a workflow's tasks under every way of sizing.</summary>
    /// <param name="workflow">Its name.</param>
    /// <param name="tasks">Its tasks, by their starts.</param>
    /// <param name="readsInput">True if this product's sizing may read <c>rchar</c>.</param>
    public static ReplayRow Of(string workflow, IReadOnlyList<TraceTask> tasks, bool readsInput) => new(
        workflow,
        TraceReplay.Run(tasks, () => new PresetContender()),
        TraceReplay.Run(tasks, () => new WittContender()),
        TraceReplay.Run(tasks, () => new VpaContender()),
        TraceReplay.Run(tasks, () => new PonderContender()),
        TraceReplay.Run(tasks, () => new ModelContender(readsInput)));

    /// <summary>The sum of at least one row.</summary>
    public static ReplayRow Total(IReadOnlyList<ReplayRow> rows) => new(
        "all",
        Sum(rows, row => row.Presets),
        Sum(rows, row => row.Witt),
        Sum(rows, row => row.Vpa),
        Sum(rows, row => row.Ponder),
        Sum(rows, row => row.Mix));

    private static ReplayResult Sum(IReadOnlyList<ReplayRow> rows, Func<ReplayRow, ReplayResult> result) => rows.Select(result).Aggregate((a, b) => a + b);
}
