using System.Runtime.ExceptionServices;
using System.Text.Json;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Flight;
using Executor.Flight.AspNetCore;
using Executor.Grpc;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Ingest;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>
/// One writer's put: blocks in, acknowledgements out as they become durable. While the window has no room the next message is not
/// read, so that HTTP/2's flow control holds the sender back.
/// </summary>
internal sealed class PutCall(IngestSession session, FlightDataReader requests, IServerStreamWriter<FlightPutResult> responses)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SortedDictionary<int, PartitionStatistics> _partitions = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _segments = [];
    private int _last = -1;
    private int _durable = -1;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await SendAsync(new PutAcknowledgement(-1, []), cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? failure = null;
        await Task.WhenAll(StopOnFailureAsync(AcknowledgeAsync), StopOnFailureAsync(ReceiveAsync));
        failure?.Throw();
        await SendAsync(new PutAcknowledgement(_durable, _segments, [.. _partitions.Values]), cancellationToken);

        // Neither half may go on alone; the first failure is the one that counts. Where the store takes nothing more, what has become durable is
        // acknowledged before the call ends: that half ends by itself.
        async Task StopOnFailureAsync(Func<CancellationToken, Task> half)
        {
            try
            {
                await half(stop.Token);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                if (half != ReceiveAsync || !session.IsBroken)
                {
                    await stop.CancelAsync();
                }
            }
        }
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var assembler = new BlockAssembler(session.Source.Index);
        while (await requests.MoveNext(cancellationToken))
        {
            var message = requests.Current;
            if (message.DataHeader.IsEmpty)
            {
                if (BlockMetadata.IsWait(message.AppMetadata) && _last >= 0)
                {
                    session.Wait();
                }

                continue;
            }

            if (assembler.TryAdd(message, out var header, out var payload, out var hasChecksum))
            {
                header = await session.OfferAsync(header, payload, hasChecksum, cancellationToken);
                Volatile.Write(ref _last, header.Sequence);
                var sum = _partitions.TryGetValue(header.Partition, out var found) ? found : new PartitionStatistics(header.Partition, 0, 0, 0, 0);
                _partitions[header.Partition] = sum.PlusBlock(
                    header.Rows, header.Length, BlockDigest.Of(header.Index, header.Sequence, header.Crc32C));
            }
        }

        session.End();
        _ended.SetResult();
    }

    /// <summary>Passes acknowledgements on until everything that the client has sent is durable.</summary>
    private async Task AcknowledgeAsync(CancellationToken cancellationToken)
    {
        while (!_ended.Task.IsCompleted || _durable < Volatile.Read(ref _last))
        {
            var news = session.Acknowledgements.WaitToReadAsync(cancellationToken).AsTask();
            if (!_ended.Task.IsCompleted)
            {
                await Task.WhenAny(news, _ended.Task);
                if (!news.IsCompleted && _durable >= Volatile.Read(ref _last))
                {
                    continue;
                }
            }

            if (!await news)
            {
                throw new ShuffleException(ShuffleError.Unavailable, "the writer was closed by the store");
            }

            while (session.Acknowledgements.TryRead(out var acknowledgement))
            {
                var segments = acknowledgement.Segments.Where(_known.Add).ToList();
                _segments.AddRange(segments);
                _durable = acknowledgement.DurableSequence;
                await SendAsync(new PutAcknowledgement(_durable, segments), cancellationToken);
            }
        }
    }

    private Task SendAsync(PutAcknowledgement acknowledgement, CancellationToken cancellationToken) => responses.WriteAsync(
        new FlightPutResult(JsonSerializer.SerializeToUtf8Bytes(acknowledgement, ShuffleJson.Default.PutAcknowledgement)), cancellationToken);
}
