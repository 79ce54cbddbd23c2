using Executor.Workflows.Errors;
using Executor.Workflows.Model;
using Executor.Workflows.Values;

namespace Executor.Planning;

/// <summary>Settles how a task is sized, by its own fields and the workflow's defaults, field by field.</summary>
internal sealed class SizingPlanner(string workflow, SettledValues values, DiagnosticList diagnostics)
{
    /// <summary>Plans it; null for a task that is not sized. Bounds that are wrong are errors in any case.</summary>
    public PlannedSizing? Plan(TaskSpec task, TaskSettings defaults)
    {
        var (own, general) = (task.Settings.Sizing, defaults.Sizing);
        var (minMemory, maxMemory) = Bounds(own.Memory, general.Memory, values.Memory);
        var (minCpu, maxCpu) = Bounds(own.Cpu, general.Cpu, values.Cpu);
        var mode = (own.Mode ?? general.Mode)?.Value;
        SizingMode? planned = mode switch
        {
            "recommend" => SizingMode.Recommend,
            "apply" => SizingMode.Apply,
            "vpa" => SizingMode.Vpa,
            _ => null,
        };
        return planned is { } sized
            ? new PlannedSizing(sized, task.Class?.Value ?? $"{workflow}/{task.Name?.Value}")
            {
                MinMemoryBytes = minMemory,
                MaxMemoryBytes = maxMemory,
                MinCpuMillicores = minCpu,
                MaxCpuMillicores = maxCpu,
            }
            : null;
    }

    private (long? Min, long? Max) Bounds(BoundsSpec own, BoundsSpec general, Func<Located<Template>?, long?> settle)
    {
        var (least, most) = (own.Min ?? general.Min, own.Max ?? general.Max);
        var (min, max) = (settle(least), settle(most));
        if (min > max)
        {
            // Where one of them comes from the defaults, the task's own is the one to look at.
            var (at, found, expected) = own.Max is not null || own.Min is null ? (most!, "max", "at least") : (least!, "min", "at most");
            var other = found == "max" ? least! : most!;
            diagnostics.Add(at.At, $"found {found} {Quoted.Text(at.Value.Text)}, expected {expected} the {(found == "max" ? "min" : "max")}, {Quoted.Text(other.Value.Text)}");
        }

        return (min, max);
    }
}
