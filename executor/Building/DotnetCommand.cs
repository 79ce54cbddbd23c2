using System.ComponentModel;
using System.Diagnostics;

namespace Executor.Building;

/// <summary>The .NET SDK's command.</summary>
internal static class DotnetCommand
{
    /// <summary>
    /// Where <c>dotnet</c> is: what <c>DOTNET_HOST_PATH</c> names, else the first one in <c>PATH</c>.
    /// </summary>
    /// <exception cref="TaskBuildException">There is none.</exception>
    public static string Locate(string source, Func<string, string?> variable)
    {
        var named = variable("DOTNET_HOST_PATH");
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named)
                ? named
                : throw new TaskBuildException($"DOTNET_HOST_PATH names {named}, which does not exist; building {source} needs it");
        }

        var file = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var folders = (variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists)
            ?? throw new TaskBuildException(
                $"building {source} needs the .NET SDK, and there is no dotnet in PATH and none named by DOTNET_HOST_PATH; "
                + "install the .NET 10 SDK, or let the workflow name a built .dll");
    }

    /// <summary>Runs it to its end. When cancelled, it is killed with all its children.</summary>
    /// <exception cref="TaskBuildException">It cannot be started.</exception>
    public static async Task<DotnetResult> RunAsync(
        string dotnet, IEnumerable<string> arguments, string workingDirectory, string homeFallback, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(dotnet, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("HOME")))
        {
            // The command refuses to work without a home; containers often have none.
            start.Environment["DOTNET_CLI_HOME"] = homeFallback;
        }

        // A build that was itself started by a build would take over its settings.
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment.Remove("MSBUILD_EXE_PATH");
        start.Environment.Remove("MSBuildExtensionsPath");

        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new DotnetResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new TaskBuildException($"{start.FileName} cannot be started: {e.Message}", e);
        }
    }
}

/// <summary>How a command ended and what it printed.</summary>
internal sealed record DotnetResult(int ExitCode, string Output, string Errors);
