namespace Executor.Benchmarks.Running;

/// <summary>Something that is measured beside a peer, in rounds that take turns, and told as Markdown.</summary>
internal interface IBenchmark
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    /// <summary>One sentence on what is measured against what.</summary>
    string Summary { get; }

    /// <summary>Its options, each with what it means and its default.</summary>
    IReadOnlyList<(string Option, string Meaning)> Options { get; }

    /// <summary>Measures and writes the report.</summary>
    Task RunAsync(Options options, TextWriter report);
}
