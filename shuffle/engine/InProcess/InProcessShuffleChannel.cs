using System.Runtime.CompilerServices;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Shuffle.Engine.InProcess;

/// <summary>The shuffle of a store in the same process: no copies beyond the window's, no keys. Thread-safe.</summary>
/// <param name="engine">The store, which the channel does not own.</param>
/// <param name="creditBytes">The bytes that each writer may have unacknowledged.</param>
public sealed class InProcessShuffleChannel(ShuffleEngine engine, int creditBytes = ShuffleLimits.DefaultCreditBytes) : IShuffleChannel
{
    /// <inheritdoc/>
    public Task<IShuffleWriter> OpenWriterAsync(WriteTarget target, ReadOnlyMemory<byte> schema, CancellationToken cancellationToken) =>
        Translation.RunAsync<IShuffleWriter>(async () =>
        {
            var session = await engine.OpenAsync(target, schema, cancellationToken);
            return new InProcessShuffleWriter(session, creditBytes);
        });

    /// <inheritdoc/>
    public Task<CommitAnswer> CommitAsync(CommitRecord commit, CancellationToken cancellationToken) =>
        Translation.RunAsync(() => engine.CommitAsync(commit, cancellationToken));

    /// <inheritdoc/>
    public Task<SealRecord?> GetSealAsync(SealId seal, CancellationToken cancellationToken) =>
        Translation.RunAsync(() => engine.Reader.FindSealAsync(seal, cancellationToken));

    /// <inheritdoc/>
    public async IAsyncEnumerable<ShuffleBlock> ReadAsync(ReadSelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = await Translation.RunAsync(() => engine.Reader.PlanAsync(selection, cancellationToken));
        await using var blocks = engine.Reader.ReadAsync(plan, null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await Translation.RunAsync(async () => await blocks.MoveNextAsync()))
        {
            engine.Instruments.BlockSent(blocks.Current.Block.Header.Length);
            yield return blocks.Current.Block;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
