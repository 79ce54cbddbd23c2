using System.Globalization;
using Executor.Rendering;

namespace Executor.Accounting.Advice;

/// <summary>Changes in words.</summary>
internal static class AdviceText
{
    /// <summary>One change: <c>memory of map from 4 GiB to 1.2 GiB would have saved 12.3 GiB·h, $0.052</c>.</summary>
    public static string Of(SizeChange change)
    {
        var unit = change.Resource == SizedResource.Memory ? "GiB·h" : "core·h";
        var lost = change.LostToMemory > 0 ? "; attempts ran out of memory" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{What(change)} would have saved {change.SavedHours:0.00####} {unit}, ${change.Dollars:0.000000}{lost}");
    }

    /// <summary>Changes in one line, with what they would have saved together: <c>memory of map from 4 GiB to 1.2 GiB and cpu of sort from 2000m to 500m would have saved $0.84 of $1.20</c>.</summary>
    /// <param name="changes">At least one.</param>
    /// <param name="cost">What the run has cost, in dollars.</param>
    public static string Of(IReadOnlyList<SizeChange> changes, double cost)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var all = changes.Select(What).ToList();
        var joined = all.Count == 1 ? all[0] : $"{string.Join(", ", all.SkipLast(1))} and {all[^1]}";
        return string.Create(CultureInfo.InvariantCulture, $"{joined} would have saved ${changes.Sum(change => change.Dollars):0.00} of ${cost:0.00}");
    }

    private static string What(SizeChange change) => change.Resource == SizedResource.Memory
        ? $"memory of {Name(change)} from {Quantities.Memory(change.From)} to {Quantities.Memory(change.To)}"
        : $"cpu of {Name(change)} from {change.From}m to {change.To}m";

    private static string Name(SizeChange change) =>
        change.Tasks is [var task] ? task : string.Create(CultureInfo.InvariantCulture, $"class {change.Class} ({change.Tasks.Count} tasks)");
}
