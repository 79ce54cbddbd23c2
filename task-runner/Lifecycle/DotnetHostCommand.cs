using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>The command line of a .NET task: the host process that loads the task's assembly.</summary>
internal static class DotnetHostCommand
{
    private const string DefaultFolder = "../dotnet-host";
    private const string DefaultName = "dotnet-host";

    /// <summary>The command line.</summary>
    /// <param name="task">The task.</param>
    /// <param name="host">The executable or .dll that hosts it; null for the one beside the runner's folder.</param>
    /// <param name="environment">The body's environment, which says where .NET is.</param>
    /// <exception cref="AttemptFailedException">The host is not there (exit code 127).</exception>
    public static IReadOnlyList<string> For(DotnetTask task, string? host, IReadOnlyDictionary<string, string> environment)
    {
        var file = host is null ? FindDefault() : Path.GetFullPath(host);
        if (!File.Exists(file))
        {
            throw AttemptFailedException.CannotStart(
                $"the host of .NET tasks is not at {file}; {EnvironmentNames.DotnetHost} names it");
        }

        var command = new List<string>();
        if (file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            command.Add(DotnetCommand(environment));
        }

        command.AddRange([file, "--assembly", task.Assembly]);
        if (task.Type is not null)
        {
            command.AddRange(["--type", task.Type]);
        }

        return command;
    }

    private static string FindDefault()
    {
        var path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, DefaultFolder, DefaultName));
        return File.Exists(path) || !File.Exists(path + ".dll") ? path : path + ".dll";
    }

    private static string DotnetCommand(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("DOTNET_HOST_PATH") is { Length: > 0 } path ? path
        : environment.GetValueOrDefault("DOTNET_ROOT") is { Length: > 0 } root ? Path.Combine(root, "dotnet")
        : "dotnet";
}
