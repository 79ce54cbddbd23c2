using System.Globalization;

namespace Executor.Accounting.Advice;

/// <summary>A change of what a task class asks for, and what it would have saved in a run.</summary>
/// <param name="Class">The class.</param>
/// <param name="Tasks">Its tasks, which are all to be changed.</param>
/// <param name="Resource">What of.</param>
/// <param name="From">What is asked for, at most where the tasks differ; bytes or thousandths of a core.</param>
/// <param name="To">What would have been enough, in the same unit; of memory whole MiB.</param>
/// <param name="Saved">Byte-seconds or core-seconds that would not have been held; less than zero where more memory saves processors.</param>
/// <param name="Dollars">What that would have saved; more than 0.</param>
internal sealed record SizeChange(
    string Class, IReadOnlyList<string> Tasks, SizedResource Resource, long From, long To, double Saved, double Dollars)
{
    private const double SecondsPerHour = 3600;
    private const double BytesPerGibibyte = 1L << 30;

    /// <summary>The attempts that it rests on.</summary>
    public required int Attempts { get; init; }

    /// <summary>The part of the saving that attempts held which ran out of memory, in byte-seconds.</summary>
    public double LostToMemory { get; init; }

    /// <summary>True if peaks were measured as those of the largest single process, or by a heartbeat: more may have been needed.</summary>
    public bool IsLowerBound { get; init; }

    /// <summary>The field of <c>resources</c> in a workflow file.</summary>
    public string Field => Resource == SizedResource.Memory ? "memory" : "cpu";

    /// <summary>What that field is to say.</summary>
    public string Value => Resource == SizedResource.Memory
        ? string.Create(CultureInfo.InvariantCulture, $"{To >> 20}Mi")
        : string.Create(CultureInfo.InvariantCulture, $"{To}m");

    /// <summary>What it saves, in GiB-hours or core-hours.</summary>
    public double SavedHours => Saved / SecondsPerHour / (Resource == SizedResource.Memory ? BytesPerGibibyte : 1);
}

/// <summary>What a task can be given more or less of.</summary>
internal enum SizedResource
{
    /// <summary>Memory, in bytes.</summary>
    Memory,

    /// <summary>Processors, in thousandths of a core.</summary>
    Cpu,
}
