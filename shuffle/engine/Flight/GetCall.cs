using System.Buffers;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Flight;
using Executor.Flight.AspNetCore;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.InProcess;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>Sends the blocks of a selection: the schema with the totals, then each block's messages as they were written.</summary>
/// <param name="engine">The store.</param>
/// <param name="responses">Takes them.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="draining">Cancelled when the store is being shut down: the client goes on elsewhere.</param>
internal sealed class GetCall(ShuffleEngine engine, FlightDataWriter responses, TimeProvider timeProvider, CancellationToken draining)
{
    /// <summary>How long a client may take nothing, though nobody waits for it, before it is let go; it may come back and go on.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromMinutes(2);

    internal async Task RunAsync(ReadCommand command, CancellationToken cancellationToken)
    {
        long? began = timeProvider.GetTimestamp();
        var plan = await engine.Reader.PlanAsync(command.Selection, cancellationToken);
        using var watch = engine.ReadGuard.Watch();
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, watch.Evicted, cancellationToken);

        // Between messages only: a message that is cut off resets the stream, and a client then learns no reason.
        using var drained = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, draining);
        try
        {
            var schema = new FlightData
            {
                DataHeader = SchemaHeader(plan.Seal.Schema),
                AppMetadata = new ReadOnlySequence<byte>(BlockMetadata.Totals(plan.Expected)),
            };
            await SendAsync(schema);
            await foreach (var served in engine.Reader.ReadAsync(plan, command.From, drained.Token))
            {
                var messages = Split(served.Block);
                for (var i = 0; i < messages.Count; i++)
                {
                    var metadata = i == messages.Count - 1
                        ? new ReadOnlySequence<byte>(BlockMetadata.Get(served.Block.Header, served.Next))
                        : default;
                    await SendAsync(new FlightData { DataHeader = messages[i].Header, DataBody = messages[i].Body, AppMetadata = metadata });
                }

                engine.Instruments.BlockSent(served.Block.Header.Length);
                if (began is { } beginning)
                {
                    engine.Instruments.FirstBlockSent(timeProvider.GetElapsedTime(beginning));
                    began = null;
                }
            }
        }
        catch (OperationCanceledException) when (draining.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ShuffleException(ShuffleError.Unavailable, "the store is being shut down");
        }
        catch (OperationCanceledException) when (watch.Evicted.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ShuffleException(
                ShuffleError.Unavailable, $"the reader took nothing for {engine.ReadGuard.Patience.TotalSeconds} s while others waited for memory");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ShuffleException(ShuffleError.Unavailable, $"the reader took nothing for {StallLimit.TotalSeconds} s");
        }

        async Task SendAsync(FlightData message)
        {
            patience.CancelAfter(StallLimit);
            watch.Begin();
            await responses.WriteAsync(message, stop.Token);
            watch.End();
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The schema to begin a stream with; one without fields for an output that no instance has written.</summary>
    internal static ReadOnlyMemory<byte> SchemaOrEmpty(ReadOnlyMemory<byte> schema) =>
        schema.IsEmpty ? MessageEncoder.EncodeSchema(new Schema([], null)).ToArray() : schema;

    private static ReadOnlySequence<byte> SchemaHeader(ReadOnlyMemory<byte> schema) =>
        BlockMessages.Split(new ReadOnlySequence<byte>(SchemaOrEmpty(schema)))[0].Header;

    private static IReadOnlyList<(ReadOnlySequence<byte> Header, ReadOnlySequence<byte> Body)> Split(in ShuffleBlock block)
    {
        try
        {
            return BlockMessages.Split(block.Payload);
        }
        catch (ShuffleException exception)
        {
            // Whole by its checksum: it was written so.
            throw new ShuffleException(
                ShuffleError.Internal, $"block {block.Header.Sequence} of instance {block.Header.Index} cannot be sent: {exception.Message}", exception);
        }
    }
}
