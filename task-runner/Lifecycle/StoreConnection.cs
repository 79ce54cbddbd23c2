using Executor.Shuffle.Channel;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>The runner's two ways into the store.</summary>
/// <param name="Channel">Blocks, commits and seals.</param>
/// <param name="Records">The log record, the code, a descriptor that is kept in the store.</param>
internal sealed record StoreConnection(IShuffleChannel Channel, IRunRecords Records) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await Records.DisposeAsync();
    }
}
