using System.Globalization;
using Executor.Contracts.Reporting;

namespace Executor.Launching.Local;

/// <summary>Ends the attempts of a run that an executor left behind when it was killed.</summary>
internal static class LeftBehind
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Asks the runners to end, kills after 5 s what did not, and deletes their files. Returns once none of their processes is left.
    /// </summary>
    public static async Task EndAsync(string root, string run, HashSet<string> own, TimeProvider time, CancellationToken cancellationToken)
    {
        var left = AttemptDirectory.List(root, run).Where(directory => !own.Contains(directory.Path)).ToList();
        var deadline = time.GetTimestamp();
        Signal(left, ProcessTable.SigTerm);
        while (left.Any(directory => Runner(directory) is not null) && time.GetElapsedTime(deadline) < Grace)
        {
            await Task.Delay(Poll, time, cancellationToken);
        }

        foreach (var directory in left)
        {
            foreach (var pid in ProcessTable.WithVariable(EnvironmentNames.ScratchDirectory, directory.Scratch))
            {
                ProcessTable.Signal(pid, ProcessTable.SigKill);
            }

            directory.Delete();
        }
    }

    private static void Signal(List<AttemptDirectory> directories, int signal)
    {
        foreach (var directory in directories)
        {
            if (Runner(directory) is { } pid)
            {
                ProcessTable.Signal(pid, signal);
            }
        }
    }

    // A pid alone may have been given to another process since.
    private static int? Runner(AttemptDirectory directory)
    {
        try
        {
            var parts = File.ReadAllText(directory.Process).Split(' ');
            return parts is [var pidText, var startText]
                && int.TryParse(pidText, CultureInfo.InvariantCulture, out var pid)
                && long.TryParse(startText, CultureInfo.InvariantCulture, out var start)
                && ProcessTable.StartTime(pid) == start
                    ? pid
                    : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
