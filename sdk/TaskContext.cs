namespace Executor.Sdk;

/// <summary>
/// What a running task knows of itself. Everything but <see cref="ReportProgress"/> is fixed before the task starts; all members may be
/// used from several threads. A task's unit test makes one with its own inputs and outputs.
/// </summary>
public sealed class TaskContext
{
    /// <summary>A context with these inputs and outputs, in declared order.</summary>
    public TaskContext(IEnumerable<TaskInput>? inputs = null, IEnumerable<TaskOutput>? outputs = null)
    {
        Inputs = new NamedCollection<TaskInput>("input", inputs ?? [], input => input.Name);
        Outputs = new NamedCollection<TaskOutput>("output", outputs ?? [], output => output.Name);
    }

    /// <summary>The run's id.</summary>
    public string RunId { get; init; } = "";

    /// <summary>The task's name in the workflow.</summary>
    public string Task { get; init; } = "";

    /// <summary>Which instance of the task's fan-out this is, from zero.</summary>
    public int Index { get; init; }

    /// <summary>Which try of the instance this is, from one.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The instance's item where the task fans out over items; else null.</summary>
    public string? Item { get; init; }

    /// <summary>The workflow's parameters.</summary>
    public TaskParameters Parameters { get; init; } = new();

    /// <summary>The inputs in declared order, or by name: <c>context.Inputs["extract.sales"]</c>.</summary>
    public NamedCollection<TaskInput> Inputs { get; }

    /// <summary>The outputs in declared order, or by name: <c>context.Outputs["rejects"]</c>.</summary>
    public NamedCollection<TaskOutput> Outputs { get; }

    /// <summary>The first input.</summary>
    /// <exception cref="InvalidOperationException">The task has none.</exception>
    public TaskInput Input => Inputs.First;

    /// <summary>The first output: the one that the batches of <see cref="ITask.RunAsync"/> go to.</summary>
    /// <exception cref="InvalidOperationException">The task has none.</exception>
    public TaskOutput Output => Outputs.First;

    /// <summary>Where <see cref="ReportProgress"/> goes; null to drop it.</summary>
    public IProgress<TaskProgress>? Progress { get; init; }

    /// <summary>
    /// Says how far the instance is. Cheap enough for every batch: reports that come in quick succession are thinned out, and the last one
    /// counts.
    /// </summary>
    /// <param name="fraction">From 0, nothing, to 1, done.</param>
    /// <param name="message">What is being done, on one line; optional.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not from 0 to 1.</exception>
    public void ReportProgress(double fraction, string? message = null)
    {
        if (fraction is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "progress is a fraction from 0 to 1");
        }

        Progress?.Report(new TaskProgress(fraction, message));
    }
}
