using Executor.Workflows.Errors;
using Executor.Workflows.Values;

namespace Executor.Workflows.Model;

/// <summary><c>sizing</c> of a task or of <c>spec.defaults</c>; what is not given is null.</summary>
internal sealed record SizingSpec
{
    /// <summary><c>off</c>, <c>recommend</c>, <c>apply</c> or <c>vpa</c>.</summary>
    public Located<string>? Mode { get; init; }

    /// <summary>The bounds of an attempt's memory.</summary>
    public BoundsSpec Memory { get; init; } = new(null, null);

    /// <summary>The bounds of an attempt's processors.</summary>
    public BoundsSpec Cpu { get; init; } = new(null, null);
}

/// <summary>The least and the most of something; null where it is not given.</summary>
internal sealed record BoundsSpec(Located<Template>? Min, Located<Template>? Max);
