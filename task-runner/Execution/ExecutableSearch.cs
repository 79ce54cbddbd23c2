using Executor.TaskRunner.Native;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Execution;

/// <summary>
/// Finds a command as <c>execvp</c> does, but in the PATH that the body gets and with an error that says what was looked at.
/// </summary>
internal static class ExecutableSearch
{
    // What execvp takes where PATH is not set (glibc 2.24 and later).
    private const string DefaultPath = "/bin:/usr/bin";

    /// <summary>The file to execute; relative paths are meant from the working directory.</summary>
    /// <exception cref="AttemptFailedException">There is none, or it is not executable (exit code 127).</exception>
    public static string Find(string command, IReadOnlyDictionary<string, string> environment, string workingDirectory)
    {
        if (command.Length == 0)
        {
            throw AttemptFailedException.CannotStart("the command is an empty string");
        }

        if (command.Contains('/', StringComparison.Ordinal))
        {
            return Check(Path.Combine(workingDirectory, command)) switch
            {
                Found.Executable => command,
                Found.NotExecutable => throw AttemptFailedException.CannotStart($"the command '{command}' is not an executable file"),
                _ => throw AttemptFailedException.CannotStart(
                    $"the command '{command}' does not exist (working directory {workingDirectory})"),
            };
        }

        var path = environment.GetValueOrDefault("PATH") is { Length: > 0 } given ? given : DefaultPath;
        string? notExecutable = null;
        foreach (var folder in path.Split(':'))
        {
            var candidate = Path.Combine(workingDirectory, folder, command);
            switch (Check(candidate))
            {
                case Found.Executable:
                    return candidate;
                case Found.NotExecutable:
                    notExecutable ??= candidate;
                    break;
                default:
                    break;
            }
        }

        throw AttemptFailedException.CannotStart(notExecutable is null
            ? $"the command '{command}' is not found in PATH={path}"
            : $"the command '{command}' is not an executable file at {notExecutable}");
    }

    private static Found Check(string path) =>
        Directory.Exists(path) ? Found.NotExecutable
        : !File.Exists(path) ? Found.Nothing
        : Libc.Access(path, Libc.AccessExecute) == 0 ? Found.Executable
        : Found.NotExecutable;

    private enum Found
    {
        Nothing,
        NotExecutable,
        Executable,
    }
}
