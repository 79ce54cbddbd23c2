using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Commits;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;

namespace Executor.Shuffle.Engine.InProcess;

/// <summary>The shuffle of a store in the same process: no copies beyond the window's, no keys. Thread-safe.</summary>
/// <param name="engine">The store, which the channel does not own.</param>
/// <param name="creditBytes">The bytes that each writer may have unacknowledged.</param>
public sealed class InProcessShuffleChannel(ShuffleEngine engine, int creditBytes = ShuffleLimits.DefaultCreditBytes) : IShuffleChannel
{
    private readonly ConcurrentDictionary<WriterId, string> _taskDefinitions = [];

    /// <inheritdoc/>
    public Task<IShuffleWriter> OpenWriterAsync(WriteTarget target, ReadOnlyMemory<byte> schema, CancellationToken cancellationToken) =>
        Guard.RunAsync<IShuffleWriter>(async () =>
        {
            CommitValidation.Require(target, schema);
            var attempt = target.Writer.Attempt;
            var output = new OutputId(attempt.Task, target.Output);
            await engine.Schemas.CheckAsync(attempt.Run, output, target.TaskDefinition, schema, cancellationToken);
            _taskDefinitions[target.Writer] = target.TaskDefinition;
            var source = new BlockSource(output, attempt.Index, attempt.Generation, attempt.Attempt, target.Writer.Incarnation);
            return new InProcessShuffleWriter(engine.Ingestor.Open(attempt.Run, source, target.PartitionCount), creditBytes);
        });

    /// <inheritdoc/>
    public Task<CommitAnswer> CommitAsync(CommitRecord commit, CancellationToken cancellationToken) => Guard.RunAsync(async () =>
    {
        ArgumentNullException.ThrowIfNull(commit);
        var answer = await engine.Commits.CommitAsync(commit, _taskDefinitions.GetValueOrDefault(commit.Writer), cancellationToken);
        _taskDefinitions.TryRemove(commit.Writer, out _);
        return answer;
    });

    /// <inheritdoc/>
    public Task<SealRecord?> GetSealAsync(SealId seal, CancellationToken cancellationToken) =>
        Guard.RunAsync(() => engine.Reader.FindSealAsync(seal, cancellationToken));

    /// <inheritdoc/>
    public async IAsyncEnumerable<ShuffleBlock> ReadAsync(ReadSelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = await Guard.RunAsync(() => engine.Reader.PlanAsync(selection, cancellationToken));
        await using var blocks = engine.Reader.ReadAsync(plan, null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await Guard.RunAsync(async () => await blocks.MoveNextAsync()))
        {
            yield return blocks.Current.Block;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Turns failures of the object store into those that callers of the shuffle know.</summary>
internal static class Guard
{
    internal static async Task<T> RunAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (ObjectStoreException exception)
        {
            throw StoreFailure.From(exception);
        }
    }
}
