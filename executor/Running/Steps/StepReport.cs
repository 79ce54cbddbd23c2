using Executor.Contracts.Reporting;

namespace Executor.Running.Steps;

/// <summary>
/// Tells whatever started the command as a step what its run came to, however that was: writes the XCom file and the termination message. One for each
/// command line.
/// </summary>
/// <param name="xcom">The XCom file; null for none.</param>
/// <param name="terminationLog">The file of the termination message; null for none.</param>
/// <param name="errors">Where errors are told.</param>
internal sealed class StepReport(string? xcom, string? terminationLog, TextWriter errors) : IDisposable
{
    private readonly RememberedErrors _errors = new(errors);
    private SummarizingOutput? _output;

    /// <summary>To be written to in place of the errors' writer: what is told there is why the command could not go on.</summary>
    public TextWriter Errors => _errors;

    /// <summary>The run's id, once it has one.</summary>
    public string? Run { get; set; }

    /// <summary>The workflow's name, once it is known.</summary>
    public string? Workflow { get; set; }

    /// <summary>The store's address, once it is known to be one that others reach.</summary>
    public Uri? Store { get; set; }

    /// <summary>The output that the run is to be shown to in place of another.</summary>
    public IRunOutput Observe(IRunOutput output) => _output = new SummarizingOutput(output);

    /// <summary>Writes both files.</summary>
    /// <param name="exitCode">The command's exit code.</param>
    /// <returns>
    /// The exit code to end with: the same, or <see cref="ExitCodes.InfrastructureUnavailable"/> if a run that went well cannot be told of by its XCom
    /// file, since whoever reads that would take it for a run without results.
    /// </returns>
    public int Conclude(int exitCode)
    {
        var summary = new RunSummary { Run = Run, Workflow = Workflow, Store = Store, ExitCode = exitCode, Message = _errors.Text };
        summary = _output?.Complete(summary) ?? summary;
        var isTold = TryWrite("--xcom", xcom, path => XComFile.Write(path, summary));
        var told = exitCode == ExitCodes.Succeeded && !isTold ? ExitCodes.InfrastructureUnavailable : exitCode;
        var final = told == exitCode ? summary : summary with { ExitCode = told, Message = _errors.Text };
        TryWrite("--termination-log", terminationLog, path => TerminationMessage.Write(path, final));
        return told;
    }

    /// <inheritdoc/>
    public void Dispose() => _errors.Dispose();

    private bool TryWrite(string option, string? path, Action<string> write)
    {
        if (path is null)
        {
            return true;
        }

        try
        {
            write(path);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _errors.WriteLine($"executor: {option}: {path} cannot be written: {failure.Message}");
            return false;
        }
    }
}
