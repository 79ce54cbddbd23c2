using System.Runtime.InteropServices;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3;
using Executor.Shuffle.S3.Configuration;
using Microsoft.Extensions.Logging;

namespace Executor.ShuffleStore.Hosting;

/// <summary>Runs a store until the process is told to end: SIGTERM and SIGINT let it write out its windows first.</summary>
internal static class StoreProcess
{
    private const int Succeeded = 0;
    private const int InvalidInput = 2;
    private const int InfrastructureUnavailable = 3;

    /// <summary>Starts a store, says where it listens, a line for each port, and returns the exit code once it has ended.</summary>
    /// <param name="options">The store; it works on its folder, or on the bucket.</param>
    /// <param name="bucket">The bucket; null where the options name a folder.</param>
    /// <param name="output">Where the lines go.</param>
    /// <param name="error">Where complaints go.</param>
    /// <param name="cancellationToken">Ends the store as SIGTERM does.</param>
    internal static async Task<int> RunAsync(
        ShuffleStoreOptions options, S3ObjectStoreOptions? bucket, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning).AddFilter(ShuffleStoreHost.AuditCategory, LogLevel.Information));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, ended));
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, ended));
        try
        {
            await using var objects = bucket is null ? null : new S3ObjectStore(bucket);
            await using var host = await ShuffleStoreHost.StartAsync(options with { LoggerFactory = loggers, ObjectStore = objects }, ended.Token);
            await output.WriteLineAsync($"listening on {host.Address.GetLeftPart(UriPartial.Authority)}");
            if (host.MetricsAddress is { } metrics)
            {
                await output.WriteLineAsync($"metrics at {metrics.GetLeftPart(UriPartial.Authority)}/metrics");
            }

            await output.FlushAsync(CancellationToken.None);
            await WaitAsync(ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return Succeeded;
        }
        catch (ArgumentException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return InvalidInput;
        }
        catch (Exception exception) when (exception is ObjectStoreException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(exception.Message);
            return InfrastructureUnavailable;
        }

        return Succeeded;
    }

    private static void End(PosixSignalContext signal, CancellationTokenSource ended)
    {
        signal.Cancel = true;
        ended.Cancel();
    }

    private static async Task WaitAsync(CancellationToken ended)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = ended.Register(end.SetResult);
        await end.Task;
    }
}
