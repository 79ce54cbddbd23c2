using Executor.Sizing.History;

namespace Executor.Sizing;

/// <summary>The sizers of all task classes, by the class's name. Not thread-safe.</summary>
internal sealed class SizingModel
{
    private readonly Dictionary<string, ClassSizer> _classes = new(StringComparer.Ordinal);

    /// <summary>The classes of which something is known.</summary>
    public IReadOnlyCollection<string> Classes => _classes.Keys;

    /// <summary>The sizer of a class, which is made where there is none.</summary>
    public ClassSizer Of(string taskClass) => _classes.TryGetValue(taskClass, out var sizer) ? sizer : _classes[taskClass] = new ClassSizer();

    /// <summary>Decides what an attempt of a class gets.</summary>
    public SizingDecision Decide(string taskClass, SizingRequest request) => Of(taskClass).Decide(request);

    /// <summary>Learns from an attempt. Answers null, or what is wrong with the observation, which then changes nothing.</summary>
    public string? Observe(string taskClass, Observation observation) => Of(taskClass).Observe(observation);

    /// <summary>Forgets a class.</summary>
    public bool Reset(string taskClass) => _classes.Remove(taskClass);
}
