using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>The attempt's own folder below the scratch folder; deleted with everything in it at the end.</summary>
internal sealed class AttemptFolders : IDisposable
{
    private readonly string _root;

    /// <summary>Makes the folders.</summary>
    /// <exception cref="AttemptFailedException">The scratch folder cannot be written to.</exception>
    public AttemptFolders(string scratch, WriterId writer)
    {
        var attempt = writer.Attempt;
        _root = Path.Combine(scratch, $"{attempt.Task}.{attempt.Index}.{attempt.Generation}.{attempt.Attempt}.{writer.Incarnation}");
        try
        {
            Directory.CreateDirectory(Inputs);
            Directory.CreateDirectory(Outputs);
            Directory.CreateDirectory(Work);
            Directory.CreateDirectory(Code);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttemptFailedException(
                AttemptFailure.Infrastructure,
                $"the scratch folder {scratch} cannot be written to ({EnvironmentNames.ScratchDirectory} names another): {e.Message}",
                e);
        }
    }

    /// <summary>Holds the inputs that are files.</summary>
    public string Inputs => Path.Combine(_root, "inputs");

    /// <summary>Gets the outputs that are files.</summary>
    public string Outputs => Path.Combine(_root, "outputs");

    /// <summary>The working directory of a body that has no other.</summary>
    public string Work => Path.Combine(_root, "work");

    /// <summary>Gets the code that is fetched.</summary>
    public string Code => Path.Combine(_root, "code");

    /// <summary>Gets the body's progress.</summary>
    public string Progress => Path.Combine(_root, "progress");

    /// <summary>Where a file input is written.</summary>
    public string FileOf(InputDescriptor input) => Path.Combine(Inputs, $"{input.From}{Extension(input.Format)}");

    /// <summary>Where a file output is expected.</summary>
    public string FileOf(OutputDescriptor output) => Path.Combine(Outputs, $"{output.Name}{Extension(output.Format)}");

    public void Dispose()
    {
        try
        {
            Directory.Delete(_root, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What stays behind is swept with the scratch folder; the attempt's outcome is settled already.
        }
    }

    private static string Extension(DataFormat format) => format == DataFormat.Arrow ? ".arrows" : ".txt";
}
