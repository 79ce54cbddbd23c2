namespace Executor.Cli;

/// <summary>Where a command writes; the seam by which tests read what it wrote.</summary>
/// <param name="Out">Results: what a program would want to read.</param>
/// <param name="Error">Errors and warnings.</param>
internal sealed record CliConsole(TextWriter Out, TextWriter Error)
{
    /// <summary>The console of this process.</summary>
    public static CliConsole System { get; } = new(Console.Out, Console.Error);

    /// <summary>Writes errors, each on a line of its own.</summary>
    public void WriteErrors(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Error.WriteLine(line);
        }
    }
}
