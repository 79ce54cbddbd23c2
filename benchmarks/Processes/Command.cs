using System.Diagnostics;
using Executor.Benchmarks.Measuring;

namespace Executor.Benchmarks.Processes;

/// <summary>A program that runs to its end.</summary>
internal static class Command
{
    /// <summary>Runs it and says what it took. One at a time: processor time is that of all children that end meanwhile.</summary>
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0; the message has what it printed.</exception>
    internal static async Task<CommandCost> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var cpu = ChildTimes.CpuSeconds();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var wall = watch.Elapsed.TotalSeconds;
        return process.ExitCode == 0
            ? new CommandCost(wall, ChildTimes.CpuSeconds() - cpu, await output, await error)
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await error}");
    }
}

/// <summary>What a command took.</summary>
/// <param name="WallSeconds">From its start to its end.</param>
/// <param name="CpuSeconds">Processor time of it and of all processes that it started and waited for.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What it printed for people: notices, failures that it went on from.</param>
internal sealed record CommandCost(double WallSeconds, double CpuSeconds, string Output, string Error);
