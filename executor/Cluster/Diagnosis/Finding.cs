namespace Executor.Cluster.Diagnosis;

/// <summary>What an examination found.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="Grade">How it is.</param>
/// <param name="Text">What was found, in one sentence.</param>
/// <param name="Remedy">What to do; null where there is nothing to do.</param>
internal sealed record Finding(string Subject, FindingGrade Grade, string Text, string? Remedy = null);

/// <summary>How something is.</summary>
internal enum FindingGrade
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Something is not there that the product can do without.</summary>
    Note,

    /// <summary>It works, and will not always.</summary>
    Warning,

    /// <summary>Runs cannot work like this.</summary>
    Problem,
}
