namespace Executor.Sizing.Replaying;

/// <summary>A task of a trace that a replay can size: it completed, and its peak and its run time are known and not zero.</summary>
/// <param name="Class">The task class: column <c>process</c>, else <c>name</c> without the part in parentheses.</param>
/// <param name="InputBytes">Column <c>rchar</c>; null if not known.</param>
/// <param name="PeakBytes">Column <c>peak_rss</c>; more than 0.</param>
/// <param name="Seconds">Column <c>realtime</c>; more than 0.</param>
/// <param name="PresetBytes">Column <c>memory</c>; null where none was asked for.</param>
/// <param name="Start">When it started, in milliseconds since any fixed time.</param>
/// <param name="Complete">When its outcome was known, on the same clock; never before <paramref name="Start"/>.</param>
internal sealed record TraceTask(string Class, double? InputBytes, double PeakBytes, double Seconds, double? PresetBytes, double Start, double Complete);

/// <summary>All that a trace says.</summary>
/// <param name="Tasks">The tasks that can be sized, by their start; equal starts as in the file.</param>
/// <param name="NotCompleted">Rows left out since their status is not COMPLETED.</param>
/// <param name="NotMeasured">Completed rows left out since their peak or their run time is unknown or zero.</param>
internal sealed record WorkflowTrace(IReadOnlyList<TraceTask> Tasks, int NotCompleted, int NotMeasured);
