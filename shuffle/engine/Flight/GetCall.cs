using System.Buffers;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Flight;
using Executor.Flight.AspNetCore;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Serving;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>Sends the blocks of a selection: the schema with the totals, then each block's messages as they were written.</summary>
/// <param name="reader">Reads them.</param>
/// <param name="guard">Lets clients go that take nothing while others wait.</param>
/// <param name="responses">Takes them.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class GetCall(SealReader reader, StallGuard guard, FlightDataWriter responses, TimeProvider timeProvider)
{
    /// <summary>How long a client may take nothing, though nobody waits for it, before it is let go; it may come back and go on.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromMinutes(2);

    internal async Task RunAsync(ReadCommand command, CancellationToken cancellationToken)
    {
        var plan = await reader.PlanAsync(command.Selection, cancellationToken);
        using var watch = guard.Watch();
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, watch.Evicted, cancellationToken);
        try
        {
            var schema = new FlightData
            {
                DataHeader = SchemaHeader(plan.Seal.Schema),
                AppMetadata = new ReadOnlySequence<byte>(BlockMetadata.Totals(plan.Expected)),
            };
            await SendAsync(schema);
            await foreach (var served in reader.ReadAsync(plan, command.From, stop.Token))
            {
                var messages = Split(served.Block);
                for (var i = 0; i < messages.Count; i++)
                {
                    var metadata = i == messages.Count - 1
                        ? new ReadOnlySequence<byte>(BlockMetadata.Get(served.Block.Header, served.Next))
                        : default;
                    await SendAsync(new FlightData { DataHeader = messages[i].Header, DataBody = messages[i].Body, AppMetadata = metadata });
                }
            }
        }
        catch (OperationCanceledException) when (watch.Evicted.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ShuffleException(
                ShuffleError.Unavailable, $"the reader took nothing for {guard.Patience.TotalSeconds} s while others waited for memory");
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
