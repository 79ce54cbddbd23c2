using Executor.Contracts.Records;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>
/// The shuffle of a store behind Arrow Flight, of which any pod serves everything: broken connections are made again, with another pod if there
/// is one, and what the store did not acknowledge is sent again. Thread-safe. Connects when first used.
/// </summary>
public sealed class FlightShuffleChannel : IShuffleChannel
{
    private readonly StoreConnections _pods;

    /// <summary>A channel to the pods that the options name.</summary>
    public FlightShuffleChannel(FlightChannelOptions options) => _pods = new StoreConnections(options);

    internal StoreConnections Connections => _pods;

    /// <inheritdoc/>
    public async Task<IShuffleWriter> OpenWriterAsync(WriteTarget target, ReadOnlyMemory<byte> schema, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var writer = new FlightShuffleWriter(_pods, target, schema.ToArray());
        try
        {
            await writer.OpenAsync(cancellationToken);
            return writer;
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<CommitAnswer> CommitAsync(CommitRecord commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);

        // Over the connection of the blocks, where there were any: making one costs more than a commit.
        var key = commit.Outputs.Count > 0 ? FlightShuffleWriter.KeyOf(commit.Writer.Attempt, commit.Outputs[0].Name) : commit.Writer.ToString();
        var results = await _pods.CollectAsync(
            ShuffleActions.Commit, key, commit, ShuffleJson.Default.CommitRecord, cancellationToken);
        return results is [var answer]
            ? ShuffleJson.Read(answer.Span, ShuffleJson.Default.CommitAnswer)
            : throw new ShuffleException(ShuffleError.Internal, $"the store answered a commit with {results.Count} results, expected 1");
    }

    /// <inheritdoc/>
    public async Task<SealRecord?> GetSealAsync(SealId seal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seal);
        var results = await _pods.CollectAsync(
            ShuffleActions.GetSeal, $"{seal.Run}/{seal.Output}", seal, ShuffleJson.Default.SealId, cancellationToken);
        return results is [var record, ..] ? ShuffleJson.Read(record.Span, ShuffleJson.Default.SealRecord) : null;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ShuffleBlock> ReadAsync(ReadSelection selection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selection);
        return new FlightBlockReader(_pods, selection).ReadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _pods.Dispose();
        return ValueTask.CompletedTask;
    }
}
