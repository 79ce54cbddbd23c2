using Executor.Benchmarks.Processes;

namespace Executor.Benchmarks.S3;

/// <summary>A relay of bytes in a process of its own, in front of the bucket's server: the least that anything between a task and a bucket costs.</summary>
internal sealed class RelayProcess : IAsyncDisposable
{
    /// <summary>The first argument of the process.</summary>
    internal const string Role = "relay";

    private readonly LineProcess _process;

    private RelayProcess(LineProcess process) => _process = process;

    internal int Id => _process.Id;

    internal Uri Address => new(_process.Greeting);

    internal static async Task<RelayProcess> StartAsync(Uri server) =>
        new(await LineProcess.StartAsync(Programs.Self, Role, "--server", server.ToString()));

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
