using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Executor.Contracts.Integrity;
using Executor.Flight;
using Executor.Grpc;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>One reading of a selection, over as many connections as it takes; verifies every block and the whole.</summary>
internal sealed class FlightBlockReader(StoreConnections pods, ReadSelection selection)
{
    private readonly HashSet<(int Index, int Sequence)> _seen = [];
    private readonly StoreRoute _route = new(pods, RouteOf(selection));

    private SelectionTotals? _expected;
    private SelectionTotals _found;
    private ReadPosition? _position;

    internal async IAsyncEnumerable<ShuffleBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var client = _route.Next();
            var ticket = new FlightTicket(JsonSerializer.SerializeToUtf8Bytes(new ReadCommand(selection, _position), ShuffleJson.Default.ReadCommand));
            RpcException? failure = null;
            await using (var messages = client.DoGet(ticket, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken))
            {
                while (failure is null)
                {
                    ShuffleBlock? block;
                    try
                    {
                        (block, var ended) = await NextAsync(messages);
                        if (ended)
                        {
                            break;
                        }
                    }
                    catch (RpcException exception)
                    {
                        failure = exception;
                        break;
                    }

                    if (block is { } whole)
                    {
                        yield return whole;
                    }
                }
            }

            if (failure is null)
            {
                Verify();
                yield break;
            }

            await _route.FailedAsync(failure, cancellationToken);
        }
    }

    /// <summary>The next block; null for one that was delivered before.</summary>
    private async Task<(ShuffleBlock? Block, bool Ended)> NextAsync(IAsyncEnumerator<FlightData> messages)
    {
        var dictionaries = new ArrayBufferWriter<byte>();
        while (await messages.MoveNextAsync())
        {
            var message = messages.Current;
            if (_expected is null || message.DataBody.IsEmpty && BlockMessages.Peek(message.DataHeader).Kind == Executor.Arrow.Ipc.MessageKind.Schema)
            {
                _route.Answered();
                _expected = BlockMetadata.ReadTotals(message.AppMetadata);
                continue;
            }

            var encapsulated = BlockMessages.Encapsulate(message.DataHeader, message.DataBody);
            if (message.AppMetadata.IsEmpty)
            {
                // A dictionary of the block to come: its memory is gone with the next message.
                foreach (var piece in encapsulated)
                {
                    dictionaries.Write(piece.Span);
                }

                continue;
            }

            var (header, next) = BlockMetadata.ReadGet(message.AppMetadata);
            if (!selection.Wants(header.Index))
            {
                // Of a store that does not know what a part of a selection means, rows would come twice.
                throw new ShuffleException(
                    ShuffleError.Invalid,
                    $"output {selection.Seal.Output}: the store sends what instance {header.Index} wrote, which was not asked for; it may be of an older version");
            }

            var payload = dictionaries.WrittenCount == 0
                ? encapsulated
                : BodySequence.Join([dictionaries.WrittenMemory, .. BlockMessages.Pieces(encapsulated)]);
            if (payload.Length != header.Length || Crc32C.Of(payload) != header.Crc32C)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, $"block {header.Sequence} of instance {header.Index} was damaged on its way"));
            }

            _position = next;
            if (!_seen.Add((header.Index, header.Sequence)))
            {
                return (null, false);
            }

            _route.Progressed();
            _found = _found.Plus(header);
            return (new ShuffleBlock(header, payload), false);
        }

        return (null, true);
    }

    // The slices of a large partition are read by many at a time: they are spread over the pods.
    private static string RouteOf(ReadSelection selection) =>
        $"{selection.Seal?.Run}/{selection.Seal?.Output}/{selection.Partition}" + (selection.Sources is { } sources ? $"/{sources.From}" : "");

    private void Verify()
    {
        if (_found != _expected)
        {
            throw new ShuffleException(
                ShuffleError.DataLoss, $"output {selection.Seal.Output} generation {selection.Seal.Generation}: received {_found}, sealed {_expected}");
        }
    }
}
