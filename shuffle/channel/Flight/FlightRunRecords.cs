using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Executor.Contracts.Records;
using Executor.Flight;
using Executor.Grpc;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>The records of a store behind Arrow Flight. Lost answers are asked for again: every operation may be repeated. Thread-safe.</summary>
public sealed class FlightRunRecords : IRunRecords
{
    private readonly StoreConnections _pods;
    private readonly bool _ownsConnections;

    /// <summary>Connects when first used.</summary>
    public FlightRunRecords(FlightChannelOptions options) => (_pods, _ownsConnections) = (new StoreConnections(options), true);

    /// <summary>The records of a channel's store, over its connections, which stay the channel's: they are gone with it.</summary>
    public FlightRunRecords(FlightShuffleChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _pods = channel.Connections;
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> CreateAsync(string run, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        if (value.Length > ShuffleLimits.MaxRecordBytes)
        {
            throw new ShuffleException(ShuffleError.Invalid, $"record {key} has {value.Length} bytes, at most {ShuffleLimits.MaxRecordBytes} are allowed");
        }

        var command = new RecordCommand(run, key, value);
        return await ActAsync(ShuffleActions.CreateRecord, run, command, ShuffleJson.Default.RecordCommand, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> GetAsync(string run, string key, CancellationToken cancellationToken) =>
        ActAsync(ShuffleActions.GetRecord, run, new RecordCommand(run, key), ShuffleJson.Default.RecordCommand, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string run, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var command = new RecordCommand(run, prefix);
        var pages = await _pods.CollectAsync(
            ShuffleActions.ListRecords, run, command, ShuffleJson.Default.RecordCommand, cancellationToken);
        foreach (var page in pages)
        {
            foreach (var key in Encoding.UTF8.GetString(page.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return key;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<SealRecord> SealAsync(SealRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var result = await ActAsync(ShuffleActions.Seal, request.Seal.Run, request, ShuffleJson.Default.SealRequest, cancellationToken);
        return ShuffleJson.Read(Expect(result).Span, ShuffleJson.Default.SealRecord);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RunEntry> ListRunsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var results = await _pods.CollectAsync(
            ShuffleActions.ListRuns, "", new RunCommand(""), ShuffleJson.Default.RunCommand, cancellationToken);
        foreach (var result in results)
        {
            yield return ShuffleJson.Read(result.Span, ShuffleJson.Default.RunEntry);
        }
    }

    /// <inheritdoc/>
    public Task DeleteRunAsync(string run, CancellationToken cancellationToken) =>
        ActAsync(ShuffleActions.DeleteRun, run, new RunCommand(run), ShuffleJson.Default.RunCommand, cancellationToken);

    /// <inheritdoc/>
    public async Task<VerifyReport> VerifyAsync(string run, CancellationToken cancellationToken)
    {
        var result = await ActAsync(ShuffleActions.VerifyRun, run, new RunCommand(run), ShuffleJson.Default.RunCommand, cancellationToken);
        return ShuffleJson.Read(Expect(result).Span, ShuffleJson.Default.VerifyReport);
    }

    /// <inheritdoc/>
    public async Task<RunStatistics> GetStatisticsAsync(string run, CancellationToken cancellationToken)
    {
        var result = await ActAsync(ShuffleActions.RunStatistics, run, new RunCommand(run), ShuffleJson.Default.RunCommand, cancellationToken);
        return ShuffleJson.Read(Expect(result).Span, ShuffleJson.Default.RunStatistics);
    }

    /// <inheritdoc/>
    public async Task<RunUsage> GetUsageAsync(string run, CancellationToken cancellationToken)
    {
        // Who answers knows of the others what they have written down.
        var request = new FlightAction(ShuffleActions.RecordUsage, JsonSerializer.SerializeToUtf8Bytes(new RunCommand(run), ShuffleJson.Default.RunCommand));
        await _pods.TellAllAsync(request, cancellationToken);
        var result = await ActAsync(ShuffleActions.RunUsage, run, new RunCommand(run), ShuffleJson.Default.RunCommand, cancellationToken);
        return ShuffleJson.Read(Expect(result).Span, ShuffleJson.Default.RunUsage);
    }

    /// <summary>Deletes the segments of a finished run that no commit names. Never while attempts of the run live.</summary>
    public Task CollectAsync(string run, CancellationToken cancellationToken) =>
        ActAsync(ShuffleActions.CollectRun, run, new RunCommand(run), ShuffleJson.Default.RunCommand, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_ownsConnections)
        {
            _pods.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private async Task<ReadOnlyMemory<byte>?> ActAsync<T>(
        string action, string run, T command, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var results = await _pods.CollectAsync(action, run, command, type, cancellationToken);
        return results.Count == 0 ? (ReadOnlyMemory<byte>?)null : results[0];
    }

    private static ReadOnlyMemory<byte> Expect(ReadOnlyMemory<byte>? result) =>
        result ?? throw new ShuffleException(ShuffleError.Internal, "the store answered nothing, expected a result");
}

/// <summary>Actions with all their results.</summary>
internal static class StoreActions
{
    /// <summary>How long pods are waited for that are told something which can do without them.</summary>
    private static readonly TimeSpan TellingLimit = TimeSpan.FromSeconds(5);

    /// <summary>Tells every pod that is known, where there are several. Those that do not listen are passed over.</summary>
    internal static async Task TellAllAsync(this StoreConnections pods, FlightAction request, CancellationToken cancellationToken)
    {
        var known = (await pods.LookAsync(cancellationToken)).Pods;
        if (known.Length < 2)
        {
            return;
        }

        using var limit = new CancellationTokenSource(TellingLimit, pods.Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await Task.WhenAll(known.Select(TellAsync));
        cancellationToken.ThrowIfCancellationRequested();

        async Task TellAsync(StorePod pod)
        {
            try
            {
                await foreach (var _ in pod.Client.DoAction(request, cancellationToken: either.Token))
                {
                    // Nothing is expected.
                }
            }
            catch (RpcException)
            {
                // It is gone, or older than the action.
            }
        }
    }

    internal static Task<IReadOnlyList<ReadOnlyMemory<byte>>> CollectAsync<T>(
        this StoreConnections pods, string action, string key, T command, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var request = new FlightAction(action, JsonSerializer.SerializeToUtf8Bytes(command, type));
        return pods.RunAsync<IReadOnlyList<ReadOnlyMemory<byte>>>(
            key,
            async client =>
            {
                var results = new List<ReadOnlyMemory<byte>>();
                await foreach (var result in client.DoAction(request, cancellationToken: cancellationToken))
                {
                    results.Add(result.Body.ToArray());
                }

                return results;
            },
            cancellationToken);
    }
}
