using System.Runtime.CompilerServices;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.TaskRunner.Tests;

/// <summary>The real channel with places to stop, fail and look.</summary>
internal sealed class HookedChannel(IShuffleChannel inner, ChannelHooks hooks) : IShuffleChannel
{
    public async Task<IShuffleWriter> OpenWriterAsync(WriteTarget target, ReadOnlyMemory<byte> schema, CancellationToken cancellationToken) =>
        new Writer(await inner.OpenWriterAsync(target, schema, cancellationToken), hooks);

    public async Task<CommitAnswer> CommitAsync(CommitRecord commit, CancellationToken cancellationToken)
    {
        hooks.Commits++;
        await hooks.BeforeCommit(cancellationToken);
        return await inner.CommitAsync(commit, cancellationToken);
    }

    public async Task<SealRecord?> GetSealAsync(SealId seal, CancellationToken cancellationToken)
    {
        await hooks.BeforeSeal(cancellationToken);
        return await inner.GetSealAsync(seal, cancellationToken);
    }

    public async IAsyncEnumerable<ShuffleBlock> ReadAsync(ReadSelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = 0;
        await foreach (var block in inner.ReadAsync(selection, cancellationToken))
        {
            await hooks.BeforeRead(number++, cancellationToken);
            yield return block;
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Writer(IShuffleWriter inner, ChannelHooks hooks) : IShuffleWriter
    {
        public async ValueTask WriteAsync(ShuffleBlock block, CancellationToken cancellationToken)
        {
            await hooks.BeforeWrite(block.Header, cancellationToken);
            await inner.WriteAsync(block, cancellationToken);
        }

        public Task<IReadOnlyList<string>> CompleteAsync(CancellationToken cancellationToken) => inner.CompleteAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>What is called before the store does something.</summary>
internal sealed class ChannelHooks
{
    public int Commits { get; set; }

    public Func<CancellationToken, Task> BeforeCommit { get; set; } = static _ => Task.CompletedTask;

    public Func<CancellationToken, Task> BeforeSeal { get; set; } = static _ => Task.CompletedTask;

    public Func<int, CancellationToken, Task> BeforeRead { get; set; } = static (_, _) => Task.CompletedTask;

    public Func<BlockHeader, CancellationToken, Task> BeforeWrite { get; set; } = static (_, _) => Task.CompletedTask;
}
