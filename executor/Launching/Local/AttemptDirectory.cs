using System.Globalization;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;

namespace Executor.Launching.Local;

/// <summary>
/// The files of one local attempt, below the launcher's folder:
/// <code>
/// RUN/TASK.INDEX.GENERATION.ATTEMPT/
///   descriptor.json     what to run
///   process             "pid start-time" of the runner, written once it runs
///   termination         the two-slot report
///   scratch/            inputs and outputs that are files; the body's working directory by default
/// </code>
/// </summary>
internal sealed class AttemptDirectory
{
    private AttemptDirectory(string path) => Path = path;

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    public string Descriptor => System.IO.Path.Combine(Path, "descriptor.json");

    public string Process => System.IO.Path.Combine(Path, "process");

    public string Termination => System.IO.Path.Combine(Path, "termination");

    public string Scratch => System.IO.Path.Combine(Path, "scratch");

    /// <summary>Makes the folder of an attempt, empty.</summary>
    public static AttemptDirectory Create(string root, AttemptId attempt)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{attempt.Task}.{attempt.Index}.{attempt.Generation}.{attempt.Attempt}");
        var directory = new AttemptDirectory(System.IO.Path.Combine(root, attempt.Run, name));
        if (Directory.Exists(directory.Path))
        {
            Directory.Delete(directory.Path, recursive: true);
        }

        Directory.CreateDirectory(directory.Scratch);
        return directory;
    }

    /// <summary>The folders of a run's attempts, of earlier executors too.</summary>
    public static IEnumerable<AttemptDirectory> List(string root, string run)
    {
        var runDirectory = System.IO.Path.Combine(root, run);
        return Directory.Exists(runDirectory)
            ? Directory.EnumerateDirectories(runDirectory).Select(path => new AttemptDirectory(path))
            : [];
    }

    /// <summary>Deletes all that attempts of a run left; throws where that is not possible.</summary>
    public static void DeleteAll(string root, string run)
    {
        var runDirectory = System.IO.Path.Combine(root, run);
        if (Directory.Exists(runDirectory))
        {
            Directory.Delete(runDirectory, recursive: true);
        }
    }

    /// <summary>The runner's last whole report, or null.</summary>
    public TerminationReport? ReadReport()
    {
        try
        {
            return TerminationSlots.Decode(File.ReadAllBytes(Termination));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Deletes the folder and what the body left in it, as far as it lets itself be deleted.</summary>
    public void Delete()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A body may leave files that only another user can remove; they stay for `executor delete`.
        }
    }
}
