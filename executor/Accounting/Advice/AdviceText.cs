using System.Globalization;
using Executor.Rendering;

namespace Executor.Accounting.Advice;

/// <summary>Changes in words.</summary>
internal static class AdviceText
{
    /// <summary>One change: <c>memory of map from 4 GiB to 1.2 GiB would have saved 12.3 GiB·h, $0.052</c>.</summary>
    public static string Of(SizeChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var what = change.Resource == SizedResource.Memory
            ? $"memory of {Name(change)} from {Quantities.Memory(change.From)} to {Quantities.Memory(change.To)}"
            : $"cpu of {Name(change)} from {change.From}m to {change.To}m";
        var unit = change.Resource == SizedResource.Memory ? "GiB·h" : "core·h";
        var lost = change.LostToMemory > 0 ? "; attempts ran out of memory" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{what} would have saved {change.SavedHours:0.00####} {unit}, ${change.Dollars:0.000000}{lost}");
    }

    private static string Name(SizeChange change) =>
        change.Tasks is [var task] ? task : string.Create(CultureInfo.InvariantCulture, $"class {change.Class} ({change.Tasks.Count} tasks)");
}
