namespace Executor.Cli;

/// <summary>Where a command writes; the seam by which tests read what it wrote.</summary>
/// <param name="Out">Results: what a program would want to read.</param>
/// <param name="Error">Errors, warnings and how a run goes.</param>
internal sealed record CliConsole(TextWriter Out, TextWriter Error)
{
    /// <summary>The console of this process. A result that cannot be written is an error; a line of the log that cannot be is lost.</summary>
    public static CliConsole System { get; } = new(Console.Out, new LossyWriter(Console.Error)) { In = Console.In };

    /// <summary>Where answers to questions come from; nowhere by default.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Writes errors, each on a line of its own.</summary>
    public void WriteErrors(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Error.WriteLine(line);
        }
    }
}
