namespace Executor.TestKit.Processes;

/// <summary>How to start a program.</summary>
/// <param name="File">The executable.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record ProgramStart(string File, params string[] Arguments)
{
    /// <summary>Its working directory; the test's own if null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables that it is given in addition to the test's own; a null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>What it finds on standard input; nothing if null.</summary>
    public string? Input { get; init; }

    /// <summary>A guard against hangs: a program that has not ended by then fails the test.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(4);
}
