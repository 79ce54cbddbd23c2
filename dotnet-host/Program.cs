using System.Runtime.InteropServices;
using Executor.Contracts.Reporting;
using Executor.DotnetHost;
using Executor.DotnetHost.Invocation;
using Executor.DotnetHost.Streams;

using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
var exitCode = await RunAsync();

// Threads that the task has left running must not keep the process.
Environment.Exit(exitCode);

async Task<int> RunAsync()
{
    try
    {
        var options = HostOptions.Parse(args);
        var environment = BodyEnvironment.Read(Environment.GetEnvironmentVariable);
        await TaskHost.RunAsync(options, environment, StandardStreams.Take(), TimeProvider.System, stop.Token);
        return ExitCodes.Succeeded;
    }
    catch (HostException e)
    {
        await Console.Error.WriteLineAsync($"dotnet-host: {e.Message}");
        return ExitCodes.InvalidInput;
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        await Console.Error.WriteLineAsync("dotnet-host: the task was told to stop, and has stopped");
        return ExitCodes.Terminated;
    }
    catch (Exception e)
    {
        await Console.Error.WriteLineAsync(e.ToString());
        return ExitCodes.Failed;
    }
}

void Cancel(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
