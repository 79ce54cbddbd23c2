using System.Globalization;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.Pods;

/// <summary>A share of a shuffle's producers and readers in a process of its own, as tasks have them.</summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    /// <summary>The first argument of the process.</summary>
    internal const string Role = "shuffle-client";

    private readonly LineProcess _process;

    private ClientProcess(LineProcess process) => _process = process;

    /// <summary>Starts one, and returns once it has sent something through every store.</summary>
    /// <param name="pods">The stores.</param>
    /// <param name="run">The run that is shuffled.</param>
    /// <param name="share">Its share.</param>
    /// <param name="blocksPerProducer">How many blocks each producer writes.</param>
    internal static async Task<ClientProcess> StartAsync(StorePods pods, string run, Share share, int blocksPerProducer)
    {
        var channel = pods.Channel();
        return new ClientProcess(await LineProcess.StartAsync(
            Programs.Self,
            Role,
            "--stores", string.Join(',', channel.Endpoints),
            "--key", channel.Key,
            "--run", run,
            "--number", Text(share.Number),
            "--of", Text(share.Of),
            "--blocks", Text(blocksPerProducer)));
    }

    /// <summary>Has it write its share.</summary>
    internal Task<ClientMeasures> ProduceAsync() => _process.AskAsync<ClientMeasures>(ClientRole.Produce);

    /// <summary>Has it read its share.</summary>
    internal Task<ClientMeasures> ConsumeAsync() => _process.AskAsync<ClientMeasures>(ClientRole.Consume);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a client has done.</summary>
/// <param name="Seconds">How long it took.</param>
/// <param name="Bytes">The bytes that it read.</param>
/// <param name="CpuSeconds">Its processor time.</param>
internal sealed record ClientMeasures(double Seconds, long Bytes, double CpuSeconds);
